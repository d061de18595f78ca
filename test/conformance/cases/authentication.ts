import assert from 'node:assert/strict'
import { assertError, assertUnauthenticated, challenges, type Answer } from '../answer.ts'
import type { ConformanceCase } from '../case.ts'
import type { ConformanceServer } from '../server.ts'

const path = '/_security/profile/_activate'
const action = 'cluster:admin/xpack/security/profile/activate'
const client = { scheme: 'SharedSecret', value: 'secret' }

/** Requests whose URI the 401 repeats. */
const uris: readonly (readonly [method: string, uri: string])[] = [
  ['POST', `${path}?pretty=false&x=%20`],
  ['GET', '/_security/profile/some-uid?data=*'],
  ['PUT', '/_security/profile/some-uid/_data?refresh=true'],
  ['POST', '/_security/profile/some-uid/_enable'],
  ['GET', '/_security/_authenticate'],
  ['OPTIONS', path],
  ['GET', '/nowhere?x'],
]

/** Claims of JWTs that no realm knows, and the principals that they make. */
const claims: readonly (readonly [id: string, claims: object, principal: string])[] = [
  [
    'strings',
    { sub: 'me', iss: 'my-issuer-01', groups: 'admin', aud: 'es-01' },
    "'aud:es-01' 'groups:admin' 'iss:my-issuer-01' 'sub:me'",
  ],
  ['lists', { sub: 'me', groups: ['one', 'two'], mixed: ['one', 2] }, "'groups:one,two' 'sub:me'"],
  ['numbers', { sub: 'me', exp: 4_000_000_000, iat: 1, ok: true }, "'sub:me'"],
  ['none', { exp: 4_000_000_000 }, '<unrecognized JWT token>'],
]

/** Credentials that prove nobody, the caller's and the grant's. What the activation contract says is not repeated. */
export const authentication: readonly ConformanceCase[] = [
  ...uris.map(([method, uri]): ConformanceCase => ({
    id: `caller-uri-${method}-${uri}`,
    name: `MUST name the whole URI to a caller without credentials: ${method} ${uri}`,
    evidence: uri === '/nowhere?x' ? 'M' : 'S',
    source: 'spec 1.1, 1.7',
    async fn({ send }) {
      const answer = await send(method, uri, { as: null })
      assertUnauthenticated(answer, `missing authentication credentials for REST request [${uri}]`)
    },
  })),
  {
    id: 'caller-wrong-uri',
    name: 'MUST name the whole URI to a caller with wrong credentials, and who it claims to be',
    evidence: 'S',
    source: 'spec 1.7',
    async fn({ send, application: { username } }) {
      const uri = `${path}?pretty=false&x=%20`
      const answer = await send('POST', uri, { as: { username, password: 'wrong' }, body: {} })
      assertUnauthenticated(answer, `unable to authenticate user [${username}] for REST request [${uri}]`)
    },
  },
  {
    id: 'caller-headers',
    name: 'MUST send its challenges as three headers, in order',
    evidence: 'S',
    source: 'spec 1.7',
    needs: 'socket',
    async fn({ sendRaw }) {
      const { status, headers } = await sendRaw('GET', '/_security/_authenticate', [
        ['authorization', 'Basic dXNlcjpwYXNz'],
      ])
      const sent = headers.filter(([name]) => name.toLowerCase() === 'www-authenticate')
      assert.equal(status, 401)
      assert.deepEqual(
        sent.map(([, value]) => value),
        challenges,
      )
    },
  },
  {
    id: 'caller-blank-bearer',
    name: 'MUST take a blank bearer for no credentials',
    evidence: 'T',
    source: 'spec 1.7',
    async fn({ send }) {
      const answer = await send('GET', '/_security/_authenticate', { as: 'Bearer ' })
      assertUnauthenticated(
        answer,
        'missing authentication credentials for REST request [/_security/_authenticate]',
      )
    },
  },
  {
    id: 'caller-unknown-scheme',
    name: 'MUST take a scheme that it does not know for no credentials',
    evidence: 'M',
    source: 'spec 1.7',
    async fn({ send }) {
      const answer = await send('GET', '/_security/_authenticate', { as: 'Digest username="x"' })
      assertUnauthenticated(
        answer,
        'missing authentication credentials for REST request [/_security/_authenticate]',
      )
    },
  },
  ...claims.map(([id, payload, principal]): ConformanceCase => ({
    id: `grant-jwt-${id}`,
    name: `MUST name a JWT that no realm knows by its claims: ${principal}`,
    evidence: 'S',
    source: 'spec 1.7, 5.6',
    async fn(server) {
      assertGrantRejected(await exchange(server, { access_token: jwt(payload) }), principal)
    },
  })),
  {
    id: 'grant-jwt-unsecured',
    name: 'MUST take an unsecured JWT for an opaque token',
    evidence: 'inf',
    source: 'spec 1.3',
    async fn(server) {
      const access_token = jwt({ sub: 'me' }, { alg: 'none' }, '')
      assertGrantRejected(await exchange(server, { access_token }), '_bearer_token')
    },
  },
  ...['a.b.c', `${Buffer.from('{}').toString('base64url')}.e30.c2ln`, 'Bearer x'].map(
    (access_token): ConformanceCase => ({
      id: `grant-token-${access_token}`,
      name: `MUST take what is no JWT for an opaque token: ${JSON.stringify(access_token)}`,
      evidence: 'S',
      source: 'spec 1.3, 1.7',
      async fn(server) {
        assertGrantRejected(await exchange(server, { access_token }), '_bearer_token')
      },
    }),
  ),
  {
    id: 'grant-client-opaque',
    name: 'MUST refuse client_authentication with an opaque token',
    evidence: 'S',
    source: 'spec 1.3',
    async fn(server) {
      const answer = await exchange(server, { access_token: 'opaque', client_authentication: client })
      const reason = '[client_authentication] not supported with the supplied access_token type'
      assertError(answer, 400, 'security_exception', reason)
    },
  },
  {
    id: 'grant-client-empty',
    name: 'MUST refuse an empty shared secret with a JWT',
    evidence: 'S',
    source: 'spec 1.3',
    async fn(server) {
      const client_authentication = { ...client, value: '' }
      const answer = await exchange(server, { access_token: jwt({ sub: 'me' }), client_authentication })
      assertError(answer, 400, 'illegal_argument_exception', 'Client shared secret must be non-empty')
    },
  },
]

function exchange({ send }: ConformanceServer, grant: object): Promise<Answer> {
  return send('POST', path, { body: { grant_type: 'access_token', ...grant } })
}

function assertGrantRejected(answer: Answer, principal: string): void {
  assertUnauthenticated(answer, `unable to authenticate user [${principal}] for action [${action}]`)
}

function jwt(payload: object, header: object = { alg: 'HS256' }, signature = 'signature'): string {
  return [JSON.stringify(header), JSON.stringify(payload), signature]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
}
