import type { Authorize } from '../../authorization/authorize.ts'
import { Failure, refuseProblems } from '../../errors.ts'
import { clientOf, type Client } from '../client.ts'
import type { MappedSubject } from '../mappedSubject.ts'
import { isSameRealm, type Caller } from '../subject.ts'
import { invalidateAll, type Invalidated } from './invalidate.ts'
import { tokenOf, type Token } from './issue.ts'
import { hashesOf, hashOf, newToken, successorOf } from './opaqueToken.ts'
import type { FoundPair, Lifetimes, RefreshState, TokenRepository } from './tokenRepository.ts'
import { tokenSubject, type RealmOf } from './tokenSubject.ts'

const action = 'cluster:admin/xpack/security/token/refresh'

/** For how long after the first use of a refresh token every use gives the same successor. Source: spec 4.3. */
const grace = 30_000

/** Each lost one is a change of the token that somebody else has made. There are only a few. */
const mostAttempts = 10

/** The answer to a refresh token that gives nothing. */
export interface RefreshRejected {
  readonly kind: 'RefreshRejected'
  readonly message: string
  /** Whose it is; null: none of ours. */
  readonly subject: Pick<FoundPair, 'username' | 'realmName' | 'realmType'> | null
  /** What of its login was ended since it was used again. */
  readonly ended: Invalidated | null
}

/** A refresh token that was used long after its first use: one of those who have it may have stolen it. */
export interface TokenReuse {
  readonly username: string
  readonly realm: string
  readonly client: string
  /** What of that login was ended; null: nothing is to be. */
  readonly ended: Invalidated | null
}

interface RefreshParts {
  authorize: Authorize
  tokens: Pick<TokenRepository, 'find' | 'use' | 'succeed' | 'active' | 'invalidateActive'>
  realmOf: RealmOf
  mappedSubject: MappedSubject
  lifetimes: Lifetimes
  revokeOnReuse: boolean
  reportReuse: (reuse: TokenReuse) => void
}

/** Makes the use case: a refresh token gives new tokens, once; the same again to clients that use it at once. */
export function createRefresh(parts: RefreshParts) {
  const { authorize, tokens, realmOf, mappedSubject, lifetimes } = parts

  return async function refresh(caller: Caller, refreshToken: string): Promise<Token | RefreshRejected> {
    // 1  Is it a token at all, and may the caller do this?
    if (refreshToken === '') refuseProblems(['refresh_token is missing'])
    await authorize(caller, action)
    const refreshHash = hashOf(refreshToken)
    for (let attempts = 0; attempts < mostAttempts; attempts++) {
      // 2  Is it one of ours that may be used?
      const pair = await tokens.find({ refreshHash })
      if (!pair?.refresh) return rejected('could not refresh the requested token', null)
      const subject = tokenSubject(pair, realmOf)
      const reason = rejection(pair, clientOf(caller), subject !== null)
      const ended = reason === usedBefore ? await reused(pair) : null
      if (reason !== null || !subject) return rejected(reason ?? invalidated, pair, ended)

      // 3  Mark its first use. Whoever uses it within the grace gets what the first one gets.
      const { usedAt } = pair.refresh
      const kept = isOver(pair.refresh, pair.now) ? null : pair.refresh.salt
      const salt = kept ?? newToken()
      if (kept === null && !(await tokens.use(pair.accessHash, salt, usedAt))) continue

      // 4  Store the successor, while nobody has ended this one.
      const successor = successorOf(refreshToken, salt)
      const { accessHash } = pair
      if (!(await tokens.succeed({ accessHash, salt }, hashesOf(successor), lifetimes))) continue
      const age = kept === null ? 0 : pair.now - (usedAt ?? pair.now)
      const now = await mappedSubject(subject, pair.snapshot?.mappedFrom ?? null, pair.securityEpoch)
      return tokenOf(successor, lifetimes.access - age, { ...now, authenticationType: 'token' })
    }
    throw new Failure('UNAVAILABLE', 'others change this token all the time, try again later')
  }

  /** Ends everything that came from the login, where that is wanted. */
  async function reused({
    family,
    username,
    realmName,
    client,
  }: FoundPair): Promise<RefreshRejected['ended']> {
    const ended = parts.revokeOnReuse ? await invalidateAll(tokens, { family }) : null
    parts.reportReuse({ username, realm: realmName, client: client.username, ended })
    return ended
  }
}

const invalidated = 'token has been invalidated'
const usedBefore = 'token has already been refreshed more than 30 seconds in the past'

/** Why a refresh token gives nothing, in the order in which Elasticsearch looks; else null. Source: spec 4.3. */
function rejection(pair: FoundPair, client: Client, stands: boolean): string | null {
  const { refresh, now } = pair
  if (!refresh || refresh.expiresAt <= now) return 'token document has expired'
  if (refresh.invalidated || !stands) return invalidated
  if (!isSameClient(pair.client, client)) return 'tokens must be refreshed by the creating client'
  if (refresh.usedAt === null) return null
  if (refresh.usedAt > now + grace) {
    return 'token has been refreshed more than 30 seconds in the future, clock skew too great'
  }
  // What was used without anything coming of it was not given to anybody.
  return isOver(refresh, now) && refresh.succeeded ? usedBefore : null
}

/** Whether a use gives nothing any more. */
function isOver({ usedAt, salt }: RefreshState, now: number): boolean {
  return usedAt !== null && (usedAt < now - grace || salt === null)
}

function isSameClient(one: Client, other: Client): boolean {
  return one.username === other.username && isSameRealm(one.realm, other.realm)
}

function rejected(
  message: string,
  subject: RefreshRejected['subject'],
  ended: RefreshRejected['ended'] = null,
): RefreshRejected {
  return { kind: 'RefreshRejected', message, subject, ended }
}
