// The four places where a token can be shown to the gateway: as a grant or as a caller, at either door.

import type { JwtApp } from './jwtApp.ts'
import { activateProfile, rejection } from './profileBody.ts'
import { basic, elastic } from './testApp.ts'

/** What a place says to a token, as far as that is the gateway's choice. */
export interface Said {
  readonly status: number
  readonly challenges: string | null
  readonly body: unknown
}

export interface Place {
  readonly name: string
  readonly isCaller: boolean
  readonly show: (app: JwtApp, token: string, secret?: string) => Promise<Said>
  /** How it refuses a token, by what stands for its subject. */
  readonly refusal: (principal: string) => Said
  /** How it says that no realm can judge now. */
  readonly unavailable: Said
  /** Whom it has taken the token for, and where from; a refusal as it is. */
  readonly userIn: (said: Said) => unknown
}

const activate = '/_security/profile/_activate'
const authenticate = '/_security/_authenticate'
const viewer = '{ viewer { username authenticationRealm { name } } }'

const challenges = ['Basic realm="security", charset="UTF-8"', 'Bearer realm="security"', 'ApiKey']
const malformed =
  'Bearer realm="security", error="invalid_token", error_description="The access token is malformed"'
const later = 'a realm cannot verify its tokens now, try again later'

const grantAtRest: Place = {
  name: 'a grant at REST',
  isCaller: false,
  show: (app, token, secret) =>
    send(app, activate, basic(elastic), {
      grant_type: 'access_token',
      access_token: token,
      ...(secret !== undefined && { client_authentication: { scheme: 'SharedSecret', value: secret } }),
    }),
  refusal: (principal) => refusedAtRest(rejection(principal)),
  unavailable: unavailableAtRest(),
  userIn({ status, body }) {
    if (status !== 200) return body
    const { user } = body as { user: { username: string; realm_name: string } }
    return { username: user.username, realm: user.realm_name }
  },
}

const grantAtGraphql: Place = {
  name: 'a grant at GraphQL',
  isCaller: false,
  show: (app, token, secret) =>
    send(app, '/graphql', basic(elastic), {
      query: activateProfile,
      variables: {
        grant: {
          accessToken: { token, ...(secret !== undefined && { clientAuthentication: { value: secret } }) },
        },
      },
    }),
  refusal: (principal) => ({
    status: 200,
    challenges: null,
    body: {
      data: {
        activateProfile: {
          __typename: 'GrantRejected',
          message: rejection(principal),
          reason: 'NOT_AUTHENTICATED',
          principal,
        },
      },
    },
  }),
  unavailable: {
    status: 503,
    challenges: null,
    body: {
      data: null,
      errors: [
        {
          message: later,
          locations: [{ line: 3, column: 5 }],
          path: ['activateProfile'],
          extensions: { code: 'UNAVAILABLE' },
        },
      ],
    },
  },
  userIn({ body }) {
    const { data } = body as { data?: { activateProfile: { __typename: string; user: RestUser } } }
    const { __typename, user } = data?.activateProfile ?? {}
    return __typename === 'Profile' ? { username: user?.username, realm: user?.realm_name } : body
  },
}

interface RestUser {
  readonly username: string
  readonly realm_name: string
}

const callerAtRest: Place = {
  name: 'a caller at REST',
  isCaller: true,
  show: (app, token, secret) => send(app, authenticate, `Bearer ${token}`, undefined, secret),
  refusal: (principal) => refusedAtRest(unknownCaller(principal, authenticate)),
  unavailable: unavailableAtRest(),
  userIn({ status, body }) {
    if (status !== 200) return body
    const { username, authentication_realm } = body as {
      username: string
      authentication_realm: { name: string }
    }
    return { username, realm: authentication_realm.name }
  },
}

const callerAtGraphql: Place = {
  name: 'a caller at GraphQL',
  isCaller: true,
  show: (app, token, secret) => send(app, '/graphql', `Bearer ${token}`, { query: viewer }, secret),
  refusal: (principal) => refusedAtGraphql(unknownCaller(principal, '/graphql')),
  unavailable: {
    status: 503,
    challenges: null,
    body: { errors: [{ message: later, extensions: { code: 'UNAVAILABLE' } }] },
  },
  userIn({ status, body }) {
    if (status !== 200) return body
    const { data } = body as {
      data: { viewer: { username: string; authenticationRealm: { name: string } } }
    }
    return { username: data.viewer.username, realm: data.viewer.authenticationRealm.name }
  },
}

export const places: readonly Place[] = [grantAtRest, grantAtGraphql, callerAtRest, callerAtGraphql]

/** Sends a request of any kind, and reads its answer. */
export async function send(
  { fetch }: JwtApp,
  path: string,
  authorization: string,
  body?: object,
  secret?: string,
  clientAuthentication = secret === undefined ? null : `SharedSecret ${secret}`,
): Promise<Said> {
  const response = await fetch(path, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization,
      ...(clientAuthentication !== null && { 'es-client-authentication': clientAuthentication }),
      ...(body && { 'content-type': 'application/json' }),
      ...(path === '/graphql' && { accept: 'application/graphql-response+json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  return {
    status: response.status,
    challenges: response.headers.get('www-authenticate'),
    body: await response.json(),
  }
}

/** How a place refuses what cannot be a token, where that is told apart: in a header. Source: spec 1.7. */
export function malformedAt({ name }: Place): Said {
  return name === callerAtRest.name
    ? refusedAtRest('token malformed', malformed)
    : refusedAtGraphql('token malformed', malformed)
}

function refusedAtRest(reason: string, challenge: string | string[] = challenges): Said {
  const error = { type: 'security_exception', reason, header: { 'WWW-Authenticate': challenge } }
  return {
    status: 401,
    challenges: [challenge].flat().join(', '),
    body: { error: { root_cause: [error], ...error }, status: 401 },
  }
}

function refusedAtGraphql(message: string, challenge = 'Bearer realm="security", ApiKey'): Said {
  return {
    status: 401,
    challenges: challenge,
    body: { errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] },
  }
}

function unavailableAtRest(): Said {
  const error = { type: 'unavailable_shards_exception', reason: later }
  return { status: 503, challenges: null, body: { error: { root_cause: [error], ...error }, status: 503 } }
}

function unknownCaller(principal: string, uri: string): string {
  return `unable to authenticate user [${principal}] for REST request [${uri}]`
}
