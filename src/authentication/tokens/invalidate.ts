import type { Authorize } from '../../authorization/authorize.ts'
import { refuseProblems } from '../../errors.ts'
import type { Caller } from '../subject.ts'
import { hashOf } from './opaqueToken.ts'
import type { ActivePair, TokenRepository, TokenSelection } from './tokenRepository.ts'

const action = 'cluster:admin/xpack/security/token/invalidate'

/** What somebody wants to be invalid: one token, or all of a user, a realm, or both. */
export interface Invalidation {
  readonly accessToken: string | null
  readonly refreshToken: string | null
  readonly username: string | null
  readonly realmName: string | null
}

/** How many tokens were ended, and how many of those that were asked for had been before. */
export interface Invalidated {
  readonly invalidated: number
  readonly previouslyInvalidated: number
}

type Invalidating = Pick<TokenRepository, 'find' | 'active' | 'invalidate'>

interface InvalidateParts {
  authorize: Authorize
  tokens: Invalidating
}

/** Makes the use case: tokens end before their time. An access token and its refresh token end each for itself. */
export function createInvalidate({ authorize, tokens }: InvalidateParts) {
  return async function invalidate(caller: Caller, asked: Invalidation): Promise<Invalidated> {
    refuseProblems(invalidationProblems(asked))
    await authorize(caller, action)
    const [username, realmName] = [named(asked.username), named(asked.realmName)]
    if (username !== null || realmName !== null) return invalidateAll(tokens, { username, realmName })
    return asked.accessToken
      ? invalidateOne('access', asked.accessToken)
      : invalidateOne('refresh', asked.refreshToken ?? '')
  }

  async function invalidateOne(kind: 'access' | 'refresh', token: string): Promise<Invalidated> {
    const tokenHash = hashOf(token)
    const pair = await tokens.find(kind === 'access' ? { accessHash: tokenHash } : { refreshHash: tokenHash })
    if (!pair) return { invalidated: 0, previouslyInvalidated: 0 }
    const invalidated = pair.stands ? await tokens.invalidate(kind, [pair.accessHash]) : 0
    return { invalidated, previouslyInvalidated: 1 - invalidated }
  }
}

/**
 * Invalidates what is selected and comes from logins until now, until nothing of it is active: what was refreshed
 * meanwhile is found the next time, and what was invalidated is not refreshed any more.
 */
export async function invalidateAll(
  tokens: Pick<Invalidating, 'active' | 'invalidate'>,
  selection: TokenSelection,
): Promise<Invalidated> {
  let [invalidated, previouslyInvalidated] = [0, 0]
  let until: number | null = null
  for (;;) {
    const pairs: readonly ActivePair[] = await tokens.active(selection, until)
    until ??= pairs[0]?.now ?? null
    if (pairs.length === 0) return { invalidated, previouslyInvalidated }
    const accessHashes = pairs.map(({ accessHash }) => accessHash)
    const refreshTokens = await tokens.invalidate('refresh', accessHashes)
    const ended = refreshTokens + (await tokens.invalidate('access', accessHashes))
    invalidated += ended
    previouslyInvalidated += pairs.length + pairs.filter(({ refreshable }) => refreshable).length - ended
  }
}

/** What contradicts itself, in Elasticsearch's order; nothing but white space is no name. Source: spec 4.3. */
function invalidationProblems({ accessToken, refreshToken, ...asked }: Invalidation): string[] {
  if (accessToken && refreshToken) return ['only one of [token, refresh_token] may be sent per request']
  const token = [accessToken, refreshToken].some(Boolean)
  if (named(asked.username) === null && named(asked.realmName) === null) {
    return token ? [] : ['token string must be provided when not specifying a realm name or a username']
  }
  if (!token) return []
  return ['token string', 'token type'].map(
    (what) => `${what} must not be provided when realm name or username is specified`,
  )
}

function named(name: string | null): string | null {
  return name?.trim() ? name : null
}
