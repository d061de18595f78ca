import { refuseProblems, tokenChallenges } from '../errors.ts'
import { errorAnswer, ok, type Answer } from './answer.ts'
import { parseObject } from './objectParser.ts'
import { profileBody, profileFields, type ProfileData } from './profileBody.ts'
import type { Row } from './row.ts'
import { isThrottled, throttled, throttledFields, type ThrottledData } from './throttled.ts'
import { WireError } from './wireError.ts'

const sharedSecret = 'SharedSecret'

interface ActivateBody {
  grant_type?: string
  username?: string
  password?: string
  access_token?: string
  client_authentication?: { scheme: string; value: string }
}

interface GrantRejectedData {
  __typename: 'GrantRejected'
  message: string
  reason: string
}

/** `POST /_security/profile/_activate`. Source: spec 1, 2.6. */
export const activateProfile: Row<
  ActivateBody,
  { activateProfile: ({ __typename: 'Profile' } & ProfileData) | GrantRejectedData | ThrottledData }
> = {
  methods: ['POST'],
  paths: ['/_security/profile/_activate'],
  parse: (read) =>
    parseObject(read(), 'activate_profile_request', {
      grant_type: 'string',
      username: 'string',
      password: 'string',
      access_token: 'string',
      client_authentication: { name: 'client_authentication', required: ['scheme', 'value'] },
    }),
  operation: /* GraphQL */ `
    mutation ActivateProfile($grant: GrantInput!) {
      activateProfile(grant: $grant) {
        __typename
        ... on Profile {
          ${profileFields}
        }
        ... on GrantRejected {
          message
          reason
        }
        ${throttledFields}
      }
    }
  `,
  variables({ body }) {
    refuseProblems(grantProblems(body))
    const { username, password, access_token: token, client_authentication: client } = body
    if (body.grant_type === 'password') return { grant: { password: { username, password } } }
    const clientAuthentication = client && { scheme: 'SHARED_SECRET', value: client.value }
    return { grant: { accessToken: { token, ...(client && { clientAuthentication }) } } }
  },
  answer({ activateProfile: result }) {
    if (result.__typename === 'Profile') return ok(profileBody(result))
    return isThrottled(result) ? throttled(result) : rejected(result)
  },
}

/** Which grant goes with which fields; an empty string counts as none. Source: spec 1.3. */
function grantProblems(body: ActivateBody): string[] {
  const { grant_type: type, client_authentication: client } = body
  const requires = (name: 'username' | 'password' | 'access_token') =>
    body[name] ? [] : [`[${name}] is required for grant_type [${type ?? ''}]`]
  const refuses = (name: 'username' | 'password' | 'access_token' | 'client_authentication') =>
    body[name] ? [`[${name}] is not supported for grant_type [${type ?? ''}]`] : []

  switch (type) {
    case undefined:
      return ['[grant_type] is required']
    case 'password':
      return [
        ...requires('username'),
        ...requires('password'),
        ...refuses('access_token'),
        ...refuses('client_authentication'),
      ]
    case 'access_token':
      return [
        ...requires('access_token'),
        ...refuses('username'),
        ...refuses('password'),
        ...(client && client.scheme.trim() !== sharedSecret
          ? [`[client_authentication.scheme] must be set to [${sharedSecret}]`]
          : []),
      ]
    default:
      return [`grant_type [${type}] is not supported`]
  }
}

/** Source: spec 1.3, 1.7, 2.7. */
function rejected({ message, reason }: GrantRejectedData): Answer {
  switch (reason) {
    case 'CLIENT_AUTHENTICATION_NOT_SUPPORTED':
      return errorAnswer(new WireError('security_exception', message))
    case 'CLIENT_SECRET_EMPTY':
    case 'NOT_A_USER':
      return errorAnswer(new WireError('illegal_argument_exception', message))
    case 'TOKEN_EXPIRED':
      return errorAnswer(
        new WireError('security_exception', message, { status: 401, challenge: tokenChallenges.expired }),
      )
    default:
      return errorAnswer(new WireError('security_exception', message, { status: 401 }))
  }
}
