import { missingCredentials, unknownCaller } from '../authorization/denial.ts'
import { Failure } from '../errors.ts'
import type { Prove } from './chain.ts'
import { principalOf, type Grant } from './credentials.ts'
import type { Caller } from './subject.ts'

/**
 * Makes the function that learns from an `Authorization` header who sends the request.
 * It throws `UNAUTHENTICATED` where the header is missing, malformed, or proves nobody.
 */
export function createIdentifyCaller(prove: Prove) {
  return async function identifyCaller(authorization: string | undefined, uri: string): Promise<Caller> {
    const credentials = credentialsOf(authorization ?? '')
    if (!credentials) throw new Failure('UNAUTHENTICATED', missingCredentials(uri))
    const proof = await prove(credentials)
    if (proof.kind === 'refused') {
      throw new Failure('UNAUTHENTICATED', unknownCaller(principalOf(credentials), uri))
    }
    const { subject, securityEpoch } = proof
    return { ...subject, authenticationType: 'realm', securityEpoch }
  }
}

export type IdentifyCaller = ReturnType<typeof createIdentifyCaller>

/** What the header holds; nothing, if it has no scheme that we know. Schemes are taken in any case. */
function credentialsOf(header: string): Grant | null {
  const [, scheme = '', value = ''] = /^(\S+) +(\S.*)$/.exec(header) ?? []
  switch (scheme.toLowerCase()) {
    case 'basic':
      return basicCredentials(value.trim())
    case 'bearer':
      return { kind: 'accessToken', token: value, clientSecret: null }
    case 'apikey':
      throw new Failure('UNAUTHENTICATED', unprovenApiKey)
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

/** No API key exists yet. Source: spec 4.6. */
const unprovenApiKey =
  'unable to authenticate with provided credentials and anonymous access is not allowed for this request'
