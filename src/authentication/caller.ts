import { missingCredentials, unknownCaller } from '../authorization/denial.ts'
import { Failure, tokenChallenges } from '../errors.ts'
import {
  isBearerToken,
  principalOf,
  type ApiKeyCredentials,
  type Credentials,
  type Grant,
} from './credentials.ts'
import { tokenExpired } from './grantRejected.ts'
import type { Origin } from './origin.ts'
import type { Prove } from './prove.ts'
import { plainUser, type Caller } from './subject.ts'

/** What a request says of its caller. */
export interface CallerHeaders {
  /** `Authorization`. */
  readonly authorization: string | undefined
  /** `ES-Client-Authentication`: `SharedSecret` and the secret of the client that obtained the token. */
  readonly clientAuthentication: string | undefined
}

interface IdentifyCallerParts {
  prove: Prove
  /** The security epoch of now, for callers of whom nothing is read in the database. */
  securityEpoch: () => Promise<number>
}

/**
 * Makes the function that learns from a request's headers who sends it.
 * @throws `UNAUTHENTICATED` where they are missing, malformed, or prove nobody, `TOO_MANY_ATTEMPTS`
 */
export function createIdentifyCaller({ prove, securityEpoch: currentEpoch }: IdentifyCallerParts) {
  return async function identifyCaller(headers: CallerHeaders, uri: string, origin: Origin): Promise<Caller> {
    const credentials = credentialsOf(headers)
    if (!credentials) throw new Failure('UNAUTHENTICATED', missingCredentials(uri))
    const proof = await prove(credentials, { role: 'caller', origin })
    if (proof.kind === 'TooManyAttempts') {
      const { message, retryAfterSeconds } = proof
      throw new Failure('TOO_MANY_ATTEMPTS', message, { retryAfterSeconds })
    }
    if (proof.kind === 'refused') {
      if (proof.reason === 'TOKEN_EXPIRED') throw invalidToken(tokenExpired, 'expired')
      if (credentials.kind === 'apiKey') throw unprovenApiKey()
      throw new Failure('UNAUTHENTICATED', unknownCaller(principalOf(credentials), uri))
    }
    const { subject, authenticationType, standing = plainUser, basis, token = null } = proof
    const securityEpoch = proof.securityEpoch ?? (await currentEpoch())
    return { ...subject, ...standing, authenticationType, basis, token, securityEpoch, origin }
  }
}

export type IdentifyCaller = ReturnType<typeof createIdentifyCaller>

/** What the header holds; nothing, if it has no scheme that we know. Schemes are taken in any case. */
function credentialsOf({ authorization, clientAuthentication }: CallerHeaders): Credentials | null {
  const [, scheme = '', value = ''] = /^(\S+) +(\S.*)$/.exec(authorization ?? '') ?? []
  switch (scheme.toLowerCase()) {
    case 'basic':
      return basicCredentials(value.trim())
    case 'bearer':
      return bearerCredentials(value.trim(), clientAuthentication)
    case 'apikey':
      return apiKeyCredentials(value.trim())
    default:
      return null
  }
}

function basicCredentials(value: string): Grant {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value)) {
    throw new Failure('UNAUTHENTICATED', 'invalid basic authentication header encoding')
  }
  const [, username, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, 'base64').toString()) ?? []
  if (username === undefined || password === undefined) {
    throw new Failure('UNAUTHENTICATED', 'invalid basic authentication header value')
  }
  return { kind: 'password', username, password }
}

/** Source: spec 1.7, 5.2. */
function bearerCredentials(token: string, clientAuthentication: string | undefined): Grant {
  if (!isBearerToken(token)) throw invalidToken('token malformed', 'malformed')
  const [, secret] = /^SharedSecret +(\S.*)$/i.exec(clientAuthentication ?? '') ?? []
  return { kind: 'accessToken', token, clientSecret: secret?.trim() ?? null }
}

function invalidToken(message: string, why: keyof typeof tokenChallenges): Failure {
  return new Failure('UNAUTHENTICATED', message, { challenge: tokenChallenges[why] })
}

/** Source: spec 4.6. */
function apiKeyCredentials(value: string): ApiKeyCredentials {
  const bytes = Buffer.from(value, 'base64')
  const [, id, key] = /^([^:]+):(.+)$/s.exec(bytes.toString()) ?? []
  if (bytes.toString('base64') !== value || id === undefined || key === undefined) throw unprovenApiKey()
  return { kind: 'apiKey', id, key }
}

/** What is said of an API key that proves nobody, whatever is wrong with it. Source: spec 4.6. */
function unprovenApiKey(): Failure {
  return new Failure(
    'UNAUTHENTICATED',
    'unable to authenticate with provided credentials and anonymous access is not allowed for this request',
  )
}
