import type { Authorize } from '../../authorization/authorize.ts'
import { unknownSubject } from '../../authorization/denial.ts'
import { Failure, refuseProblems } from '../../errors.ts'
import type { Basis } from '../basis.ts'
import { clientOf } from '../client.ts'
import { grantProblems, type PasswordCredentials } from '../credentials.ts'
import { grantRejected, type GrantRejected } from '../grantRejected.ts'
import type { Prove } from '../prove.ts'
import {
  isOwnRealm,
  isServiceAccount,
  plainUser,
  type Authenticated,
  type Caller,
  type ProvenToken,
  type Standing,
} from '../subject.ts'
import type { TooManyAttempts } from '../throttle/tooManyAttempts.ts'
import { hashesOf, newToken, type TokenPair } from './opaqueToken.ts'
import type { Lifetimes, TokenRepository } from './tokenRepository.ts'

const action = 'cluster:admin/xpack/security/token/create'

/** Each lost one is another password, or the like, that somebody has given the user meanwhile. */
const mostAttempts = 1_000

/** For whom tokens are: a user who logs in, or the caller itself. */
export type TokenGrant = PasswordCredentials | { readonly kind: 'clientCredentials' }

/** Tokens as they are handed out, once. */
export interface Token extends TokenPair {
  readonly kind: 'Token'
  /** For how long the access token is valid, in seconds. */
  readonly expiresIn: number
  /** Whom they are for, and how that was proven. */
  readonly authentication: Authenticated
}

/** What tokens rest on. */
interface RestsOn extends Standing {
  readonly basis: Basis | null
  readonly token: ProvenToken | null
}

interface IssueParts {
  authorize: Authorize
  prove: Prove
  tokens: Pick<TokenRepository, 'create'>
  lifetimes: Lifetimes
}

/** Makes the use case: whom the grant proves gets tokens. */
export function createIssue({ authorize, prove, tokens, lifetimes }: IssueParts) {
  return async function issue(
    caller: Caller,
    grant: TokenGrant,
  ): Promise<Token | GrantRejected | TooManyAttempts> {
    // 1  Is it a grant at all, and may the caller do this?
    if (grant.kind === 'password') refuseProblems(grantProblems(grant))
    await authorize(caller, action)
    if (grant.kind === 'clientCredentials') {
      if (isServiceAccount(caller)) return notForServices(caller)
      return (await issueTo(caller, caller, caller, null)) ?? goneMeanwhile(caller)
    }
    for (let attempts = 0; attempts < mostAttempts; attempts++) {
      // 2  Whom does it prove?
      const proof = await prove(grant, { role: 'subject', caller })
      if (proof.kind !== 'proven') return grantRejected(grant, proof, action)

      // 3  Issue while the proof stands: proving took its time.
      const { subject, authenticationType, standing = plainUser, basis } = proof
      const restsOn = { ...standing, basis, token: null }
      // Refreshing does not ask another server again: its users log in again.
      const refreshToken = standing.via === null ? newToken() : null
      const token = await issueTo({ ...subject, authenticationType }, restsOn, caller, refreshToken)
      if (token) return token
    }
    throw new Failure('UNAVAILABLE', 'others write this user all the time, try again later')
  }

  /** Null if what it rests on is gone. */
  async function issueTo(
    { username, roles, fullName, email, metadata, realm, authenticationType }: Authenticated,
    { basis, token: parent, mappedFrom, via, apiKey, subjectType }: RestsOn,
    caller: Caller,
    refreshToken: string | null,
  ): Promise<Token | null> {
    const pair = { accessToken: newToken(), refreshToken }
    const facts = {
      parent,
      username,
      realmName: realm.name,
      realmType: realm.type,
      snapshot: basis === null ? { roles, fullName, email, metadata, mappedFrom, via, subjectType } : null,
      client: clientOf(caller),
      apiKeyId: apiKey?.id ?? null,
    }
    // Whoever may have gone elsewhere would never be asked for again.
    const isOurs = apiKey !== null || (isOwnRealm(realm) && via === null)
    const access = isOurs || !parent ? lifetimes.access : Math.min(lifetimes.access, parent.left)
    if (!(await tokens.create({ ...hashesOf(pair), ...facts }, { ...lifetimes, access }, basis))) return null
    const who = { username, roles, fullName, email, metadata, realm, authenticationType }
    const authentication = apiKey ? { ...who, apiKey } : who
    return tokenOf(pair, access, authentication)
  }
}

/** What is handed out, with how long the access token is still valid, in milliseconds. */
export function tokenOf(pair: TokenPair, life: number, authentication: Authenticated): Token {
  return { kind: 'Token', ...pair, expiresIn: Math.max(0, Math.floor(life / 1_000)), authentication }
}

/** Source: Elasticsearch; spec 4.3 does not say. */
function notForServices({ username: principal }: Caller): GrantRejected {
  const message = 'OAuth2 token creation is not supported for service accounts'
  return { kind: 'GrantRejected', reason: 'NOT_A_USER', principal, message }
}

/** The caller was known when the request began, and was written since. */
function goneMeanwhile({ username: principal }: Caller): GrantRejected {
  const message = unknownSubject(principal, action)
  return { kind: 'GrantRejected', reason: 'NOT_AUTHENTICATED', principal, message }
}
