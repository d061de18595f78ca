import { OperationTypeNode, parse, visit } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../src/elasticsearch/rows.ts'
import { schema } from '../../src/graphql/schema.ts'
import { jacknich, jacknichUid, loginBackend, nobody, provision } from '../support/people.ts'
import {
  createTestApp,
  elastic,
  graphql,
  rest,
  type AuditLine,
  type Credentials,
  type Fetch,
} from '../support/testApp.ts'

const app = await createTestApp()
beforeAll(async () => {
  await provision(app.fetch)
  await run(loginBackend, activation)
})
afterAll(app.close)

const secret = 'n3w-p@ssw0rd'
const grant = `{ password: { username: "jacknich", password: "${jacknich.password}" } }`
const activation = `activateProfile(grant: ${grant})`

/** One operation of each, what it is called in a line, and what it comes to for the superuser. */
const mutations: Readonly<Record<string, [field: string, action: string, outcome?: string]>> = {
  activateProfile: [activation, 'profile-activate'],
  activateMyProfile: ['activateMyProfile', 'profile-activate-own', 'failure'],
  updateProfileData: [`updateProfileData(uid: "${jacknichUid}", labels: { a: "b" })`, 'profile-data-update'],
  enableProfile: [`enableProfile(uid: "${jacknichUid}")`, 'profile-enable'],
  disableProfile: [`disableProfile(uid: "${jacknichUid}")`, 'profile-disable'],
  putUser: [`putUser(username: "x", user: { password: "${secret}", roles: ["r"] })`, 'user-put'],
  changePassword: [`changePassword(username: "x", password: "${secret}")`, 'user-change-password'],
  setUserEnabled: ['setUserEnabled(username: "x", enabled: false)', 'user-disable'],
  deleteUser: ['deleteUser(username: "x")', 'user-delete'],
  putRole: ['putRole(name: "x", role: { cluster: ["all"] })', 'role-put'],
  deleteRole: ['deleteRole(name: "x")', 'role-delete'],
  putRoleMapping: [
    'putRoleMapping(name: "x", roleMapping: { roles: ["r"], rules: { field: { username: "x" } } })',
    'role-mapping-put',
  ],
  deleteRoleMapping: ['deleteRoleMapping(name: "x")', 'role-mapping-delete'],
  createToken: ['createToken(grant: { clientCredentials: true })', 'token-create'],
  refreshToken: ['refreshToken(refreshToken: "x")', 'token-refresh', 'failure'],
  invalidateTokens: ['invalidateTokens(which: { username: "x" })', 'token-invalidate'],
  createApiKey: ['createApiKey(name: "x")', 'api-key-create'],
  invalidateApiKeys: ['invalidateApiKeys(which: { name: "x" })', 'api-key-invalidate'],
  explainGrant: ['explainGrant(grant: { token: "x" })', 'grant-explain'],
}

/** Changes of security data: the others are recorded when they are over. */
const isChange = (action: string) => !/^(profile-activate|profile-data|grant-explain)/.test(action)

const queries: Readonly<Record<string, [field: string, action: string]>> = {
  profile: ['profile(uid: "x")', 'profile-get'],
  profiles: ['profiles(uids: ["x"])', 'profile-get'],
  user: ['user(username: "x")', 'user-get'],
  users: ['users', 'user-get'],
  role: ['role(name: "x")', 'role-get'],
  roles: ['roles', 'role-get'],
  roleMappings: ['roleMappings', 'role-mapping-get'],
  apiKeys: ['apiKeys(which: {})', 'api-key-get'],
  apiKeyPage: ['apiKeyPage', 'api-key-query'],
}
/** Whoever sends a request may have these. */
const forEverybody = ['viewer', 'server']

/** Runs a field of an operation, and gives the lines of it beside those of authentications. */
async function run(
  caller: Credentials,
  field: string,
  kind = 'mutation',
  fetch = app.fetch,
): Promise<AuditLine[]> {
  const before = app.audit().length
  await graphql(fetch, caller, `${kind} { ${field} { __typename } }`)
  return done(before)
}

/** Sends requests that state the address of an end user. */
const stating: Fetch = (path, init = {}) =>
  app.fetch(path, {
    ...init,
    headers: { ...(init.headers as Record<string, string>), 'subject-address': '198.51.100.7' },
  })
const hasClient = (line: object | undefined) => line !== undefined && 'client' in line

function done(from: number): AuditLine[] {
  return app
    .audit()
    .slice(from)
    .filter(({ event }) => event.action !== 'authentication')
}

describe('every mutation', () => {
  it('is among those that are recorded here', () => {
    expect(Object.keys(mutations).sort()).toEqual(
      Object.keys(schema.getMutationType()?.getFields() ?? {}).sort(),
    )
  })

  it.each(Object.values(mutations))(
    'is recorded with who has done it: %s',
    async (field, action, outcome = 'success') => {
      const lines = await run(elastic, field)
      const [last] = lines.slice(-1)
      expect(lines.map(({ event }) => [event.action, event.outcome])).toEqual([
        ...(isChange(action) ? [[action, 'unknown']] : []),
        [action, outcome],
      ])
      expect(last).toMatchObject({
        event: { kind: 'event', dataset: 'profile_gateway.audit' },
        user: { name: 'elastic', roles: ['superuser'] },
        source: { ip: '127.0.0.1' },
        profile_gateway: { realm: { name: 'reserved', type: 'reserved' }, authentication_type: 'realm' },
      })
      const [first] = lines
      expect(first?.event.id).toBe(last?.event.id)
      expect(first?.http).toEqual(last?.http)
      expect(JSON.stringify(lines)).not.toContain(secret)
    },
  )

  it.each(Object.values(mutations))(
    'is recorded as denied to who may not do it: %s',
    async (field, action) => {
      const [last] = (await run(nobody, field)).slice(-1)
      expect(last).toMatchObject({
        event: { action, outcome: 'failure', reason: 'FORBIDDEN' },
        user: { name: 'nobody' },
      })
      expect(last?.event.type).toContain('denied')
    },
  )

  it('that an endpoint of Elasticsearch runs is one of them', () => {
    const run = new Set<string>()
    for (const { operation } of rows) {
      visit(parse(operation), {
        OperationDefinition({ operation: kind, selectionSet: { selections } }) {
          for (const one of selections)
            if (kind === OperationTypeNode.MUTATION && 'name' in one) run.add(one.name.value)
        },
      })
    }
    expect([...run].filter((name) => !(name in mutations))).toEqual([])
    expect(run.size).toBeGreaterThan(15)
  })
})

describe('every query', () => {
  it('is among those that are recorded here, or everybody may have it', () => {
    const all = Object.keys(schema.getQueryType()?.getFields() ?? {})
    expect([...Object.keys(queries), ...forEverybody].sort()).toEqual(all.sort())
  })

  it.each(Object.values(queries))(
    'is recorded where it is denied, and only there: %s',
    async (field, action) => {
      expect(await run(elastic, field, 'query')).toEqual([])
      const [line, ...more] = await run(nobody, field, 'query')
      expect(line).toMatchObject({
        event: { action, outcome: 'failure', reason: 'FORBIDDEN' },
        user: { name: 'nobody' },
      })
      expect(more).toEqual([])
    },
  )
})

describe('an end user’s address that a request states', () => {
  /** What is done with one's own, which takes no privilege over others. */
  const ofOneself = /^(api-key-|profile-activate-own)/

  it.each(Object.values(mutations))(
    'is recorded with the answer to who has the privilege: %s',
    async (field, action) => {
      const lines = await run(elastic, field, 'mutation', stating)
      expect(lines.map(hasClient)).toEqual(
        lines.map(({ event }) => isAnswer(event) && !ofOneself.test(action)),
      )
    },
  )

  it.each([
    ...Object.values(mutations).map(([field]) => ['mutation', field]),
    ...Object.values(queries).map(([field]) => ['query', field]),
    ['mutation', `changePassword(username: "nobody", password: "${nobody.password}")`],
    ['mutation', 'activateProfile(grant: { password: { username: "jacknich", password: "" } })'],
    ['mutation', 'explainGrant(grant: { token: "" })'],
  ])('is not recorded of who has none: %s { %s }', async (kind = '', field = '') => {
    const lines = await run(nobody, field, kind, stating)
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.filter(hasClient)).toEqual([])
  })

  const isAnswer = ({ outcome }: AuditLine['event']) => outcome !== 'unknown'
})

describe('what is done', () => {
  it('at either door leaves the same lines', async () => {
    const told = (lines: AuditLine[]) =>
      lines.map(({ event, user, profile_gateway: details }) => [
        { ...event, id: typeof event.id },
        user,
        details,
      ])
    const at = async (method: string, path: string, body?: object) => {
      const before = app.audit().length
      await rest(app.fetch, method, path, elastic, body)
      return told(done(before))
    }
    const put = `putUser(username: "y", user: { password: "${secret}", roles: ["r"] })`
    expect(await at('POST', '/_security/profile/_activate', { grant_type: 'password', ...jacknich })).toEqual(
      told(await run(elastic, activation)),
    )
    expect(await at('PUT', '/_security/user/y', { password: secret, roles: ['r'] })).toEqual(
      told(await run(elastic, put)),
    )
    expect(await at('DELETE', '/_security/role/none')).toEqual(
      told(await run(elastic, 'deleteRole(name: "none")')),
    )
    expect(await at('PUT', '/_security/user/y/_disable')).toEqual(
      told(await run(elastic, 'setUserEnabled(username: "y", enabled: false)')),
    )
  })

  it('by an API key names it, and whose it is', async () => {
    const answer = await rest(app.fetch, 'POST', '/_security/api_key', elastic, { name: 'ci' })
    const { id, encoded } = answer.body as { id: string; encoded: string }
    const before = app.audit().length
    const headers = { authorization: `ApiKey ${encoded}` }
    await app.fetch('/_security/role/none', { method: 'DELETE', headers })
    const api_key = { id, name: 'ci' }
    for (const line of app.audit().slice(before))
      expect(line).toMatchObject({ user: { name: 'elastic' }, profile_gateway: { api_key } })
    expect(app.audit().slice(before)).toHaveLength(3)
  })

  it('to API keys names them, and never by what may be the secret of one', async () => {
    const answer = await rest(app.fetch, 'POST', '/_security/api_key', elastic, { name: 'leaked' })
    const { id, api_key: key, encoded } = answer.body as Record<'id' | 'api_key' | 'encoded', string>
    const ids = JSON.stringify([id, key, encoded, `${id}:${key}`])
    const lines = [
      ...(await run(nobody, `invalidateApiKeys(which: { ids: ${ids} })`)),
      ...(await run(elastic, `invalidateApiKeys(which: { ids: ${ids} })`)),
    ]
    expect(lines).toHaveLength(4)
    for (const line of lines) expect(line).toMatchObject({ profile_gateway: { target: { id: [id] } } })
    expect(JSON.stringify(lines)).not.toMatch(new RegExp(`${key}|${encoded.slice(-20)}`))
  })

  it.each([
    [
      'activations',
      activation,
      { user: { target: { name: 'jacknich' } }, profile_gateway: { uid: jacknichUid } },
    ],
    [
      'users',
      'putUser(username: "z", user: { password: "z-p@ssw0rd", roles: ["a", "b"] })',
      { user: { target: { name: 'z', roles: ['a', 'b'] } } },
    ],
    [
      'users who are locked out by being put',
      'putUser(username: "z", user: { roles: [], enabled: false })',
      { profile_gateway: { target: { enabled: false, password: 'kept' } } },
    ],
    [
      'passwords that are put',
      'putUser(username: "z", user: { password: "z-p@ssw0rd", roles: [] })',
      { profile_gateway: { target: { enabled: true, password: 'replaced' } } },
    ],
    [
      'roles',
      'putRole(name: "z", role: { cluster: ["all"] })',
      { profile_gateway: { target: { name: 'z', cluster: ['all'] } } },
    ],
    [
      'what roles may write',
      'putRole(name: "z", role: { global: { profile: { write: { applications: ["*"] } } } })',
      { profile_gateway: { target: { global: '{"profile":{"write":{"applications":["*"]}}}' } } },
    ],
    [
      'role mappings',
      'putRoleMapping(name: "z", roleMapping: { roles: ["r"], rules: { field: { username: "z" } } })',
      { profile_gateway: { target: { name: 'z', enabled: true, roles: ['r'] } } },
    ],
    [
      'roles that are made of what users are',
      'putRoleMapping(name: "z", roleMapping: { roleTemplates: [{ source: "of_{{username}}" }], rules: { field: { username: "*" } } })',
      {
        profile_gateway: {
          target: { role_templates: ['of_{{username}}'], rules: '{"field":{"username":"*"}}' },
        },
      },
    ],
  ])('says whom or what it is about: %s', async (_, field, told) => {
    const [last] = (await run(elastic, field)).slice(-1)
    expect(last).toMatchObject(told)
  })

  it('to a refresh token that is used again says whose login has ended', async () => {
    const grant = { grant_type: 'password', username: jacknich.username, password: jacknich.password }
    const answer = await rest(app.fetch, 'POST', '/_security/oauth2/token', elastic, grant)
    const { refresh_token: token } = answer.body as { refresh_token: string }
    const refresh = `refreshToken(refreshToken: "${token}")`
    await run(elastic, refresh)
    await app.run('UPDATE tokens SET "refreshedAt" = "refreshedAt" - 31000, "issuedAt" = "issuedAt" - 31000')
    expect((await run(elastic, refresh)).at(-1)).toMatchObject({
      event: {
        action: 'token-refresh',
        outcome: 'failure',
        reason: 'token has already been refreshed more than 30 seconds in the past',
      },
      user: { name: 'elastic', target: { name: 'jacknich' } },
      profile_gateway: { target: { realm: { name: 'native', type: 'native' } }, invalidated: 4 },
    })
  })

  it.each([
    ['deleteUser(username: "nobody-there")', 'NOT_FOUND'],
    ['putUser(username: "new", user: { roles: [] })', 'PASSWORD_REQUIRED'],
    ['putUser(username: "new", user: { password: "short", roles: [] })', 'INVALID_INPUT'],
    ['enableProfile(uid: "x")', 'NOT_FOUND'],
    [
      'activateProfile(grant: { password: { username: "jacknich", password: "wrong" } })',
      'NOT_AUTHENTICATED',
    ],
    ['refreshToken(refreshToken: "x")', 'could not refresh the requested token'],
  ])('and comes to nothing says why: %s', async (field, reason) => {
    const [last] = (await run(elastic, field)).slice(-1)
    expect(last?.event).toMatchObject({ outcome: 'failure', reason })
  })
})
