import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { asking } from '../introspection/realm.ts'
import { load, problems } from '../support/loading.ts'

type Written = Readonly<Record<string, string | null>>

const secret = 's3cret-of-the-gateway'
const issuer = 'https://as.example.com/'
const endpoint = 'https://as.example.com/introspect'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk: JsonWebKey = { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'first' }
const withKey: Written = {
  'rp.client_auth_method': 'private_key_jwt',
  'rp.client_secret': null,
  'rp.client_private_key': '${SECRET}',
}

/** A file of settings with the realm `opaque` alone, in which some differ from sound ones; null leaves one out. */
function settingsWith(changes: Written): string {
  return asking(issuer, endpoint, {
    'claims.name': null,
    'claims.mail': null,
    'claims.groups': null,
    ...changes,
  })
}

async function realmWith(changes: Written = {}, value = secret) {
  return (await load(settingsWith(changes), { SECRET: value })).settings.realms.introspection.opaque
}

/** What is said to be wrong with them, without the beginning that all have in common. */
async function problemsOf(changes: Written, value = secret): Promise<string[]> {
  const said = await problems(settingsWith(changes), { SECRET: value })
  return said.map((problem) => problem.replace(/^gateway\.yml:\d+: realms\.introspection\.opaque\./, ''))
}

/** A setting's name in Elasticsearch's messages. */
function keyOf(setting: string): string {
  return `xpack.security.authc.realms.introspection.opaque.${setting}`
}

describe('a realm that asks an OAuth server', () => {
  it('has the settings that are said to be those by default', async () => {
    expect(await realmWith()).toEqual({
      order: 1,
      enabled: true,
      op: { issuer, introspection_endpoint: endpoint },
      rp: {
        client_id: 'gateway',
        client_auth_method: 'client_secret_basic',
        client_secret: { value: secret, file: null },
      },
      allowed_audiences: ['gateway'],
      required_claims: {},
      claims: { principal: 'sub' },
      claim_patterns: {},
      populate_user_metadata: true,
      cache: { ttl: 60_000, size: 100_000 },
      http: {
        connect_timeout: 5_000,
        connection_read_timeout: 5_000,
        socket_timeout: 5_000,
        max_connections: 200,
        max_endpoint_connections: 200,
      },
      ssl: { verification_mode: 'full' },
    })
  })

  it('takes each of its own', async () => {
    const changes = {
      enabled: 'false',
      'rp.client_auth_method': 'CLIENT_SECRET_POST',
      allowed_audiences: 'one, two',
      allowed_clients: '[app]',
      'required_claims.token_type': 'Bearer',
      'claims.principal': 'username',
      'claims.groups': 'roles',
      'claim_patterns.principal': '^(.*)@',
      populate_user_metadata: 'false',
      'cache.ttl': '0',
      'cache.size': '7',
      'http.socket_timeout': '1s',
      'ssl.verification_mode': 'certificate',
    }
    expect(await realmWith(changes)).toMatchObject({
      enabled: false,
      rp: { client_auth_method: 'client_secret_post' },
      allowed_audiences: ['one', 'two'],
      allowed_clients: ['app'],
      required_claims: { token_type: ['Bearer'] },
      claims: { principal: 'username', groups: 'roles' },
      claim_patterns: { principal: '^(.*)@' },
      populate_user_metadata: false,
      cache: { ttl: 0, size: 7 },
      http: { socket_timeout: 1_000 },
      ssl: { verification_mode: 'certificate' },
    })
    expect(await realmWith(withKey, JSON.stringify(jwk))).toMatchObject({
      rp: { client_auth_method: 'private_key_jwt', client_private_key: { value: JSON.stringify(jwk) } },
    })
  })
})

describe('a setting of a realm that asks an OAuth server is refused', () => {
  const methods = 'client_secret_basic,client_secret_post,private_key_jwt'

  it.each<[name: string, value: string | null, problem: string]>([
    ['order', null, 'order: expected a whole number'],
    ['op.issuer', null, `op.issuer: Missing text for [${keyOf('op.issuer')}].`],
    [
      'op.introspection_endpoint',
      null,
      `op.introspection_endpoint: Missing text for [${keyOf('op.introspection_endpoint')}].`,
    ],
    [
      'op.introspection_endpoint',
      'http://as.example.com/',
      'op.introspection_endpoint: Not allowed to use HTTP URI [http://as.example.com/]. Only HTTPS is supported.',
    ],
    [
      'op.introspection_endpoint',
      'https://gateway:pass-w0rd@as.example.com/',
      'op.introspection_endpoint: a URL must not hold credentials',
    ],
    ['op.introspection_endpoint', 'introspect', 'op.introspection_endpoint: expected an https URL'],
    ['op.token_endpoint', 'x', 'op.token_endpoint: unknown setting'],
    ['rp.client_id', null, `rp.client_id: Missing text for [${keyOf('rp.client_id')}].`],
    [
      'rp.client_auth_method',
      'none',
      `rp.client_auth_method: Invalid value [none] for [${keyOf('rp.client_auth_method')}], allowed values are [${methods}]`,
    ],
    [
      'rp.client_secret',
      'pass-w0rd',
      'rp.client_secret: a secret does not stand in the file itself: expected ${NAME} or ${file:path}',
    ],
    ['allowed_audiences', '[]', `allowed_audiences: Invalid empty list for [${keyOf('allowed_audiences')}].`],
    ['allowed_clients', '[]', `allowed_clients: Invalid empty list for [${keyOf('allowed_clients')}].`],
    ['claims.principal', null, `claims.principal: Missing text for [${keyOf('claims.principal')}].`],
    ['cache.ttl', '5', 'cache.ttl: expected a time such as 30s or 5m'],
    ['cache.size', '-1', 'cache.size: expected a whole number from 0 to 10000000'],
    ['authorization_realms', 'native', 'authorization_realms: unknown setting'],
  ])('%s: %s', async (name, value, problem) => {
    expect(await problemsOf({ [name]: value })).toEqual([problem])
  })
})

describe('what settings of a realm that asks an OAuth server need of each other', () => {
  const missing = (setting: string, method: string) =>
    `${setting}: Missing setting for [${keyOf(setting)}]. It is required when setting [${keyOf('rp.client_auth_method')}] is [${method}]`
  const superfluous = (setting: string, method: string) =>
    `${setting}: Setting [${keyOf(setting)}] is not supported, because setting [${keyOf('rp.client_auth_method')}] is [${method}]`

  it.each<[string, Written, string[]]>([
    [
      'an audience or a client, since tokens are issued for other applications too',
      { allowed_audiences: null },
      [
        `allowed_audiences: One of either [${keyOf('allowed_audiences')}] or [${keyOf('allowed_clients')}] must be specified and not be empty: tokens that the server has issued for other applications must not be taken.`,
      ],
    ],
    ['a client alone will do', { allowed_audiences: null, allowed_clients: 'app' }, []],
    [
      'client_secret_basic, by default: a secret',
      { 'rp.client_secret': null },
      [missing('rp.client_secret', 'client_secret_basic')],
    ],
    [
      'client_secret_post: a secret',
      { 'rp.client_secret': null, 'rp.client_auth_method': 'client_secret_post' },
      [missing('rp.client_secret', 'client_secret_post')],
    ],
    [
      'private_key_jwt: a key',
      { ...withKey, 'rp.client_private_key': null },
      [missing('rp.client_private_key', 'private_key_jwt')],
    ],
    [
      'a secret: no private_key_jwt',
      { ...withKey, 'rp.client_secret': '${SECRET}' },
      [superfluous('rp.client_secret', 'private_key_jwt')],
    ],
    [
      'a key: private_key_jwt',
      { 'rp.client_private_key': '${SECRET}' },
      [superfluous('rp.client_private_key', 'client_secret_basic')],
    ],
    [
      'a pattern: its claim',
      { 'claim_patterns.mail': '(.*)' },
      [
        `claim_patterns.mail: Setting [${keyOf('claim_patterns.mail')}] cannot be set unless [${keyOf('claims.mail')}] is also set`,
      ],
    ],
  ])('%s', async (_, changes, expected) => {
    const value = JSON.stringify(jwk)
    if (expected.length > 0) expect(await problemsOf(changes, value)).toEqual(expected)
    else expect(await realmWith(changes, value)).toBeDefined()
  })

  it('is all said at once, of what is wrong in itself no more than that', async () => {
    expect(
      await problemsOf({ 'rp.client_auth_method': 'x', 'rp.client_secret': null, allowed_audiences: null }),
    ).toEqual([
      expect.stringMatching(/^rp\.client_auth_method: Invalid value/),
      expect.stringMatching(/^allowed_audiences: One of either/),
    ])
    expect(await problems('realms.introspection.opaque: { order: 1 }')).toHaveLength(6)
  })

  it('is a key that can be used, of which nothing is repeated', async () => {
    const hidden = String(jwk.d)
    expect(await problemsOf(withKey, JSON.stringify({ ...jwk, alg: 'HS256' }))).toEqual([
      'rp.client_private_key: its alg is not one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512',
    ])
    const failure: unknown = await load(settingsWith(withKey), {
      SECRET: JSON.stringify({ ...jwk, crv: 'P-384' }),
    }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Failure)
    const { message, problems: said, stack, cause } = failure as Failure
    expect(said).toHaveLength(1)
    expect([message, ...said, stack, String(cause)].join('\n')).not.toContain(hidden)
  })
})
