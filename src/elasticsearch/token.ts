import { refuseProblems } from '../errors.ts'
import { errorAnswer, ok, type Answer } from './answer.ts'
import { viewerBody, viewerFields, type ViewerData } from './authenticate.ts'
import { parseObject } from './objectParser.ts'
import type { Row } from './row.ts'
import { throttled, throttledFields, type ThrottledData } from './throttled.ts'
import { WireError } from './wireError.ts'

const grantTypes = ['password', 'refresh_token', 'client_credentials']

/** What goes with a grant beside its type. What does not belong to it is named in this order. */
const parts = ['username', 'password', 'kerberos_ticket', 'refresh_token'] as const

interface TokenBody extends Partial<Record<(typeof parts)[number], string>> {
  grant_type?: string
}

interface TokenData {
  __typename: 'Token'
  accessToken: string
  expiresIn: number
  refreshToken: string | null
  authentication: ViewerData
}

type Issued =
  | TokenData
  | { __typename: 'GrantRejected'; message: string; reason: string }
  | { __typename: 'RefreshRejected'; message: string }
  | ThrottledData

/** Issues tokens: by a password, to the caller itself, or for a refresh token. Source: spec 4.3. */
export const issueToken: Row<TokenBody, { createToken: Issued } | { refreshToken: Issued }> = {
  methods: ['POST'],
  paths: ['/_security/oauth2/token'],
  parse: (read) =>
    parseObject(read(), 'token_request', {
      grant_type: 'string',
      username: 'string',
      password: 'string',
      kerberos_ticket: 'string',
      scope: 'string',
      refresh_token: 'string',
    }),
  refuse(message, problems) {
    const isAboutType = problems.some((problem) => problem.includes('grant_type'))
    return oauthError(isAboutType ? 'unsupported_grant_type' : 'invalid_request', message)
  },
  operation: /* GraphQL */ `
    mutation CreateToken($grant: TokenGrantInput!) {
      createToken(grant: $grant) {
        __typename
        ...Issued
        ... on GrantRejected {
          message
          reason
        }
        ${throttledFields}
      }
    }
    mutation RefreshToken($refreshToken: String!) {
      refreshToken(refreshToken: $refreshToken) {
        __typename
        ...Issued
        ... on RefreshRejected {
          message
        }
      }
    }
    fragment Issued on Token {
      accessToken
      expiresIn
      refreshToken
      authentication {
        ${viewerFields}
      }
    }
  `,
  operationName: ({ body }) => (body.grant_type === 'refresh_token' ? 'RefreshToken' : 'CreateToken'),
  variables({ body }) {
    refuseProblems(grantProblems(body))
    const { grant_type: type, username, password, refresh_token: refreshToken } = body
    if (type === 'refresh_token') return { refreshToken }
    return { grant: type === 'password' ? { password: { username, password } } : { clientCredentials: true } }
  },
  answer(data) {
    const issued = 'createToken' in data ? data.createToken : data.refreshToken
    switch (issued.__typename) {
      case 'Token':
        // Source: RFC 6749, section 5.1.
        return { ...ok(tokenBody(issued)), headers: { 'cache-control': 'no-store' } }
      case 'GrantRejected':
        return errorAnswer(
          new WireError('security_exception', issued.message, {
            status: issued.reason === 'NOT_A_USER' ? 400 : 401,
          }),
        )
      case 'TooManyAttempts':
        return throttled(issued)
      case 'RefreshRejected':
        return oauthError('invalid_grant', issued.message)
    }
  },
}

/** Which grant goes with what. What does not belong to it must not even be empty. Source: spec 4.3. */
function grantProblems(body: TokenBody): string[] {
  const { grant_type: type = '' } = body
  const refuses = (...names: (typeof parts)[number][]) =>
    names.flatMap((name) =>
      body[name] === undefined ? [] : [`${name} is not supported with the ${type} grant_type`],
    )
  const requires = (...names: (typeof parts)[number][]) =>
    names.flatMap((name) => (body[name] ? [] : [`${name} is missing`]))

  switch (type) {
    case 'password':
      return [...refuses('kerberos_ticket', 'refresh_token'), ...requires('username', 'password')]
    case 'refresh_token':
      return [...refuses('username', 'password', 'kerberos_ticket'), ...requires('refresh_token')]
    case 'client_credentials':
      return refuses(...parts)
    default:
      return [`grant_type only supports the values: [${grantTypes.join(', ')}]`]
  }
}

function tokenBody({ accessToken, expiresIn, refreshToken, authentication }: TokenData) {
  return {
    access_token: accessToken,
    type: 'Bearer',
    expires_in: expiresIn,
    ...(refreshToken !== null && { refresh_token: refreshToken }),
    authentication: viewerBody(authentication),
  }
}

/** What OAuth has in place of the envelope. Source: RFC 6749, section 5.2; spec 4.3. */
function oauthError(error: string, description: string): Answer {
  return { status: 400, body: { error, error_description: description } }
}
