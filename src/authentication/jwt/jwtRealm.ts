import { Failure } from '../../errors.ts'
import { refused, type Proof, type Realm, type Refusal } from '../realm.ts'
import type { RealmRef, Subject } from '../subject.ts'
import type { FoundUser } from '../userRepository.ts'
import { claimsProof } from './claimsProof.ts'
import { longestToken, memberOf, parseJwt, type Jwt } from './jwt.ts'
import { createTermsCheck, skewOf, type JwtTerms } from './jwtTerms.ts'
import { createReadUser, type JwtClaims, type JwtUser } from './jwtUser.ts'
import type { Keys } from './keys.ts'
import type { ClientCheck } from './sharedSecret.ts'
import { verifySignature, type VerificationKey } from './verificationKey.ts'
import type { VerifiedTokens } from './verifiedTokens.ts'

interface JwtRealmParts {
  ref: RealmRef
  terms: JwtTerms
  claims: JwtClaims
  clientCheck: ClientCheck
  /** By the kind of algorithm: what verifies one never verifies the other. */
  keys: { readonly hmac: Keys | null; readonly pkc: Keys | null }
  verified: VerifiedTokens
  /** Finds the user whose roles and names count in place of what the token says; null: the token's user is the one. */
  lookUp: ((username: string) => Promise<FoundUser | null>) | null
  clock: () => number
  /** Takes why a token is refused: for the log. */
  report: (reason: string) => void
}

/** Proves users by the signed JWTs of an issuer. What is checked first, and what last: spec 5.3. */
export function createJwtRealm(parts: JwtRealmParts): Realm {
  const { ref, terms, clientCheck, keys, verified, lookUp, clock, report } = parts
  const termsProblem = createTermsCheck(terms)
  const readUser = createReadUser(parts.claims)

  return {
    takes: 'accessToken',

    async authenticate(credentials) {
      if (credentials.kind !== 'accessToken') return null
      const { token, clientSecret } = credentials
      if (token.length > longestToken) return null
      const read = verified.find(token) ?? parseJwt(token)
      if (!read) return null
      const clientProblem = clientCheck(clientSecret)
      if (clientProblem !== null) return refuse(clientProblem, () => true)
      const user = 'claims' in read ? await verifiedUser(token, read) : read
      return 'kind' in user ? user : proofOf(user)
    },
  }

  /** Whom a token proves, or why nobody. */
  async function verifiedUser(token: string, jwt: Jwt): Promise<JwtUser | Refusal> {
    const problem = termsProblem(jwt, clock())
    if (problem !== null) return refuse(problem, () => isForged(jwt))
    if (!(await isSigned(jwt))) return refuse('JWT signature verification failed.', () => true)
    const user = readUser(jwt.claims)
    if (typeof user === 'string') return refuse(`Realm [${ref.name}] ${user}`, () => false)
    verified.remember(token, user, Number(jwt.claims.exp) * 1_000 + skewOf(terms))
    return user
  }

  /** @throws `UNAVAILABLE` where no key could be had yet */
  async function isSigned(jwt: Jwt): Promise<boolean> {
    const source = keysFor(jwt)
    if (!source) return false
    if (source.current() === null) await source.ready()
    const current = source.current()
    if (current === null) throw new Failure('UNAVAILABLE', keyless, { isReported: true })
    return isSignedBy(current, jwt) || ((await source.reload()) && isSignedBy(source.current() ?? [], jwt))
  }

  /** By the keys that are there: nothing is loaded for what is refused anyway. */
  function isForged(jwt: Jwt): boolean {
    const source = keysFor(jwt)
    const current = source ? source.current() : []
    return current !== null && !isSignedBy(current, jwt)
  }

  function keysFor({ algorithm }: Jwt): Keys | null {
    return algorithm.startsWith('HS') ? keys.hmac : keys.pkc
  }

  async function proofOf(user: JwtUser): Promise<Proof | Refusal> {
    if (!lookUp) return claimsProof(user, ref)
    const found = await lookUp(user.username)
    if (!found) {
      const reason = `the principal [${user.username}] was authenticated, but no enabled user has that name`
      return refuse(reason, () => false)
    }
    const { username, roles, fullName, email, metadata } = found.user
    const subject: Subject = { username, roles, fullName, email, metadata, realm: ref }
    const { basis, securityEpoch } = found
    return { kind: 'proven', subject, authenticationType: 'realm', basis, securityEpoch }
  }

  function refuse(reason: string, isGuess: () => boolean): Refusal {
    report(reason)
    return { ...refused, detail: reason, isGuess }
  }
}

/** Why is in the log, and readiness says it too. */
const keyless = 'a realm cannot verify its tokens now, try again later'

/** By a key of that name, or one of which either side says no name. Source: spec 5.3. */
function isSignedBy(
  keys: readonly VerificationKey[],
  { header, algorithm, signed, signature }: Jwt,
): boolean {
  const kid = memberOf(header, 'kid')
  return keys.some(({ key, kid: name, algorithms }) => {
    const known = algorithms.find((one) => one === algorithm)
    const isCalledSo = kid === undefined || name === null || kid === name
    return known !== undefined && isCalledSo && verifySignature(known, key, signed, signature)
  })
}
