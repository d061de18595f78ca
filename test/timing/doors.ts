import { randomBytes } from 'node:crypto'
import { basic } from '../support/testApp.ts'
import { application } from './population.ts'

/** A place where passwords can be tried. */
export interface Door {
  readonly name: string
  /** What tries a password by a name. */
  readonly request: (username: string, password: string) => Buffer
  /** What is answered: that it is wrong, or that it was tried too often. */
  readonly verdict: (status: number, body: string) => 'wrong' | 'throttled' | null
}

const viewer = JSON.stringify({ query: '{ viewer { username } }' })
const mutation = `mutation ($grant: GrantInput!) {
  activateProfile(grant: $grant) { __typename ... on Profile { uid } ... on Error { message } }
}`

/** Those of grants first. */
export const doors = [
  {
    name: 'GraphQL activateProfile',
    request: (username, password) =>
      post('/graphql', { query: mutation, variables: { grant: { password: { username, password } } } }),
    verdict(status, body) {
      if (status === 200 && body.includes('"__typename":"GrantRejected"')) return 'wrong'
      return status === 200 && body.includes('"__typename":"TooManyAttempts"') ? 'throttled' : null
    },
  },
  {
    name: 'REST _activate',
    request: (username, password) =>
      post('/_security/profile/_activate', { grant_type: 'password', username, password }),
    verdict: byStatus,
  },
  {
    name: 'REST oauth2/token',
    request: (username, password) =>
      post('/_security/oauth2/token', { grant_type: 'password', username, password }),
    verdict: byStatus,
  },
  {
    name: 'REST caller (Basic)',
    request: (username, password) =>
      bytes('GET', '/_security/_authenticate', basic({ username, password }), ''),
    verdict: byStatus,
  },
  {
    name: 'GraphQL caller (Basic)',
    request: (username, password) => bytes('POST', '/graphql', basic({ username, password }), viewer),
    verdict: byStatus,
  },
] as const satisfies readonly Door[]

/** Another one each time, and always as long. */
export function wrongPassword(): string {
  return randomBytes(12).toString('base64url')
}

function byStatus(status: number): 'wrong' | 'throttled' | null {
  return status === 401 ? 'wrong' : status === 429 ? 'throttled' : null
}

function post(path: string, body: object): Buffer {
  return bytes('POST', path, basic(application), JSON.stringify(body))
}

function bytes(method: string, path: string, authorization: string, body: string): Buffer {
  const head = [`${method} ${path} HTTP/1.1`, 'host: 127.0.0.1', `authorization: ${authorization}`]
  if (body !== '') head.push('content-type: application/json', `content-length: ${Buffer.byteLength(body)}`)
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}
