import { randomUUID } from 'node:crypto'
import type { Authorize } from '../../authorization/authorize.ts'
import { unknownSubject } from '../../authorization/denial.ts'
import { Failure, refuseProblems } from '../../errors.ts'
import type { Basis } from '../basis.ts'
import type { Prove } from '../chain.ts'
import { grantProblems, type PasswordCredentials } from '../credentials.ts'
import { grantRejected, type GrantRejected } from '../grantRejected.ts'
import { isOwnRealm, type Authenticated, type Caller } from '../subject.ts'
import { hashesOf, newToken, type TokenPair } from './opaqueToken.ts'
import type { Lifetimes, TokenClient, TokenRepository } from './tokenRepository.ts'

const action = 'cluster:admin/xpack/security/token/create'

/** Each lost one is a write of the user that somebody else has made. */
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

interface IssueParts {
  authorize: Authorize
  prove: Prove
  tokens: Pick<TokenRepository, 'create'>
  lifetimes: Lifetimes
}

/** Makes the use case: whom the grant proves gets tokens. */
export function createIssue({ authorize, prove, tokens, lifetimes }: IssueParts) {
  return async function issue(caller: Caller, grant: TokenGrant): Promise<Token | GrantRejected> {
    // 1  Is it a grant at all, and may the caller do this?
    if (grant.kind === 'password') refuseProblems(grantProblems(grant))
    await authorize(caller, action)
    if (grant.kind === 'clientCredentials') {
      return (await issueTo(caller, caller.basis, caller, null)) ?? goneMeanwhile(caller)
    }
    for (let attempts = 0; attempts < mostAttempts; attempts++) {
      // 2  Whom does it prove?
      const proof = await prove(grant)
      if (proof.kind === 'refused') return grantRejected(grant, proof, action)

      // 3  Issue while the proof stands: proving took its time.
      const { subject, authenticationType, basis } = proof
      const token = await issueTo({ ...subject, authenticationType }, basis, caller, newToken())
      if (token) return token
    }
    throw new Failure('UNAVAILABLE', 'others write this user all the time, try again later')
  }

  /** Null if the basis is gone. */
  async function issueTo(
    { username, roles, fullName, email, metadata, realm, authenticationType }: Authenticated,
    basis: Basis | null,
    caller: Caller,
    refreshToken: string | null,
  ): Promise<Token | null> {
    const pair = { accessToken: newToken(), refreshToken }
    const facts = {
      family: randomUUID(),
      username,
      realmName: realm.name,
      realmType: realm.type,
      snapshot: isOwnRealm(realm) ? null : { roles, fullName, email, metadata },
      client: clientOf(caller),
    }
    if (!(await tokens.create({ ...hashesOf(pair), ...facts }, lifetimes, basis))) return null
    const authentication = { username, roles, fullName, email, metadata, realm, authenticationType }
    return tokenOf(pair, lifetimes, authentication)
  }
}

export function tokenOf(pair: TokenPair, { access }: Lifetimes, authentication: Authenticated): Token {
  return { kind: 'Token', ...pair, expiresIn: Math.floor(access / 1_000), authentication }
}

export function clientOf({ username, realm }: Caller): TokenClient {
  return { username, realmName: realm.name, realmType: realm.type }
}

/** The caller was known when the request began, and was written since. */
function goneMeanwhile({ username: principal }: Caller): GrantRejected {
  const message = unknownSubject(principal, action)
  return { kind: 'GrantRejected', reason: 'NOT_AUTHENTICATED', principal, message }
}
