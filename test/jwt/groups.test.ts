import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createApp } from '../../src/app.ts'
import { hmacKey, hmacRealm, hmacToken } from '../support/hmacTokens.ts'
import { load } from '../support/loading.ts'
import { basic, createTestApp, elastic, inProcess, type Fetch } from '../support/testApp.ts'
import { databaseName, newDatabase } from '../support/testDatabase.ts'

const now = 1_800_000_000_000
const settings =
  hmacRealm('corp', 1, { 'claims.groups': 'groups', 'claims.dn': 'dn', 'claims.name': 'name' }) +
  hmacRealm('native_roles', 2, { 'claims.groups': 'groups', authorization_realms: '[native]' })

const app = await createTestApp({ settings, environment: { HMAC_KEY: hmacKey }, now })
afterAll(app.close)

interface Said {
  readonly username: string
  readonly roles: readonly string[]
}

interface Profile {
  readonly user: Said
  readonly _doc: { readonly _seq_no: number }
  readonly last_synchronized: number
}

interface Issued {
  readonly access_token: string
  readonly refresh_token: string
  readonly authentication: Said
}

/** What the tests ask of a gateway. */
function requests(fetch: Fetch) {
  return { send, map, unmap, activate, whoIs, issue }

  async function send(authorization: string, method: string, path: string, body?: object): Promise<Response> {
    return fetch(path, {
      method,
      headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
  }

  async function ok(...given: Parameters<typeof send>): Promise<unknown> {
    const response = await send(...given)
    const text = await response.text()
    expect(response.status, text).toBe(200)
    return JSON.parse(text) as unknown
  }

  function map(name: string, rules: object, roles: readonly string[], enabled = true): Promise<unknown> {
    return ok(basic(elastic), 'PUT', `/_security/role_mapping/${name}`, { rules, roles, enabled })
  }

  function unmap(name: string): Promise<unknown> {
    return ok(basic(elastic), 'DELETE', `/_security/role_mapping/${name}`)
  }

  async function activate(token: string): Promise<Profile> {
    const grant = { grant_type: 'access_token', access_token: token }
    return (await ok(basic(elastic), 'POST', '/_security/profile/_activate', grant)) as Profile
  }

  async function whoIs(token: string): Promise<Said> {
    return (await ok(`Bearer ${token}`, 'GET', '/_security/_authenticate')) as Said
  }

  async function issue(authorization: string, body: object): Promise<Issued> {
    return (await ok(authorization, 'POST', '/_security/oauth2/token', body)) as Issued
  }
}

const { send, map, unmap, activate, whoIs, issue } = requests(app.fetch)

let people = 0
/** A token of somebody whom no other test knows. */
function tokenOf(claims: object, realm = 'corp', sub = `user-${people++}`): string {
  return hmacToken(realm, { sub, ...claims }, now)
}

function hashOf(token: string): string {
  return hash('sha256', token, 'base64url')
}

const inGroup = (...groups: string[]) => ({ field: { groups } })

beforeEach(async () => {
  for (const name of ['admins', 'staff', 'others']) {
    await send(basic(elastic), 'DELETE', `/_security/role_mapping/${name}`)
  }
  await app.run('DELETE FROM roles')
})

describe('a user of a JWT realm that says groups', () => {
  it('has the roles that are mapped of them, as the subject of a grant and as a caller', async () => {
    await map('admins', inGroup('admins'), ['profile_admin', 'admin'])
    await map('staff', { all: [inGroup('*'), { field: { 'realm.name': 'corp' } }] }, ['staff', 'admin'])
    await map('others', inGroup('others'), ['other'])
    const token = tokenOf({ groups: ['Admins', 'x'] })
    const roles = ['admin', 'profile_admin', 'staff']
    expect((await activate(token)).user.roles).toEqual(roles)
    expect((await whoIs(token)).roles).toEqual(roles)
  })

  it('can be named by everything that the realm says', async () => {
    const dn = 'CN=Ann, OU=Sales, DC=example, DC=com'
    const token = tokenOf({ groups: 'x', dn, name: 'Ann', level: 7, teams: ['a', 'b'] }, 'corp', 'ann')
    const rules = [
      { field: { username: 'ann' } },
      { field: { dn: '*,ou=sales,dc=example,dc=com' } },
      { field: { groups: 'x' } },
      { field: { 'metadata.jwt_claim_level': 7 } },
      { field: { 'metadata.jwt_claim_teams': ['c', 'b'] } },
      { field: { 'metadata.jwt_token_type': 'id_token' } },
      { field: { 'realm.name': '/c.*/' } },
    ]
    for (const rule of rules) {
      await map('staff', rule, ['staff'])
      expect([rule, (await activate(token)).user.roles]).toEqual([rule, ['staff']])
    }
  })

  it('has the roles of the examples in docs/realms.md', async () => {
    const document = await readFile(join(import.meta.dirname, '../../docs/realms.md'), 'utf8')
    const [, method = '', path = '', body = ''] =
      /^curl -u elastic:changeme -X (\w+) http:\/\/127\.0\.0\.1:4000(\S+) -H .* -d '([^']+)'$/m.exec(
        document,
      ) ?? []
    const put = async (mapping: object) =>
      expect((await send(basic(elastic), method, path, mapping)).status).toBe(200)
    const rolesOf = async (claims: object) => (await activate(tokenOf(claims))).user.roles
    const mapping = JSON.parse(body) as { rules: { all: unknown[] } }
    await put(mapping)
    expect(await rolesOf({ groups: ['Support'] })).toEqual(['profile_activator'])
    expect(await rolesOf({ groups: ['admins-eu'] })).toEqual(['profile_activator'])
    expect(await rolesOf({ groups: ['admins'] })).toEqual([])

    const [, verified = '', except = ''] =
      /More conditions .*? such as `(\{.*?\})`, .*?, or `(\{.*?\})`\./s.exec(document) ?? []
    const more = [verified, except].map((rule) => JSON.parse(rule) as unknown)
    await put({ ...mapping, rules: { all: [...mapping.rules.all, ...more] } })
    expect(await rolesOf({ groups: ['support'], email_verified: true })).toEqual(['profile_activator'])
    expect(await rolesOf({ groups: ['support', 'suspended'], email_verified: true })).toEqual([])
    expect(await rolesOf({ groups: ['support'], email_verified: false })).toEqual([])
    expect(await rolesOf({ groups: ['support'] })).toEqual([])
    await unmap('support')
  })

  it('has no role where none is mapped, and has a profile', async () => {
    await map('admins', inGroup('admins'), ['admin'], false)
    const token = tokenOf({ groups: ['admins'] })
    expect(await activate(token)).toMatchObject({ user: { roles: [] }, _doc: { _seq_no: 0 } })
    expect((await whoIs(tokenOf({}))).roles).toEqual([])
  })

  it('has the native user’s roles where the realm looks its users up, whatever is mapped', async () => {
    await map('staff', inGroup('*'), ['staff'])
    const user = { password: 'whatever', roles: ['native'] }
    await send(basic(elastic), 'PUT', '/_security/user/looked-up', user)
    const token = tokenOf({ groups: ['x'] }, 'native_roles', 'looked-up')
    expect((await activate(token)).user.roles).toEqual(['native'])
    expect((await whoIs(token)).roles).toEqual(['native'])
  })

  it('writes nothing with an equal activation in the grace, in whatever order the groups come', async () => {
    await map('admins', inGroup('a'), ['z', 'y'])
    await map('staff', inGroup('b'), ['a', 'y'])
    const sub = `user-${people++}`
    const first = await activate(tokenOf({ groups: ['a', 'b', 'c'] }, 'corp', sub))
    expect(first.user.roles).toEqual(['a', 'y', 'z'])
    await app.advance(1_000)
    expect(await activate(tokenOf({ groups: ['c', 'b', 'a'] }, 'corp', sub))).toEqual(first)
    expect(await activate(tokenOf({ groups: ['b', 'a', 'more'] }, 'corp', sub))).toEqual(first)
  })

  it('has other roles in the profile with the first activation after a change', async () => {
    await map('staff', inGroup('a'), ['before'])
    const token = tokenOf({ groups: ['a'] })
    expect(await activate(token)).toMatchObject({ user: { roles: ['before'] }, _doc: { _seq_no: 0 } })
    await map('staff', inGroup('a'), ['after'])
    expect(await activate(token)).toMatchObject({ user: { roles: ['after'] }, _doc: { _seq_no: 1 } })
    await unmap('staff')
    expect(await activate(token)).toMatchObject({ user: { roles: [] }, _doc: { _seq_no: 2 } })
  })

  it('may do at once what a mapping, or its role, gives and takes', async () => {
    const token = tokenOf({ groups: ['operators'] })
    const statusOf = async () => (await send(`Bearer ${token}`, 'GET', '/_security/role')).status
    expect(await statusOf()).toBe(403)
    await map('admins', inGroup('operators'), ['reader'])
    expect(await statusOf()).toBe(403)
    await send(basic(elastic), 'PUT', '/_security/role/reader', { cluster: ['read_security'] })
    expect(await statusOf()).toBe(200)
    await map('admins', inGroup('operators'), ['reader'], false)
    expect(await statusOf()).toBe(403)
    await map('admins', inGroup('operators'), ['superuser'])
    expect(await statusOf()).toBe(200)
    await unmap('admins')
    expect(await statusOf()).toBe(403)
  })
})

describe('a token of ours that such a user was given', () => {
  /** Of a caller who asks for one of its own. */
  async function tokensOf(groups: readonly string[]): Promise<Issued> {
    await map('others', inGroup('*'), ['superuser'])
    const issued = await issue(`Bearer ${tokenOf({ groups })}`, { grant_type: 'client_credentials' })
    await unmap('others')
    return issued
  }

  it('has the roles that are mapped at each use', async () => {
    const { access_token: token, authentication } = await tokensOf(['a'])
    expect(authentication.roles).toEqual(['superuser'])
    expect((await whoIs(token)).roles).toEqual([])
    await map('staff', inGroup('a'), ['staff'])
    expect((await whoIs(token)).roles).toEqual(['staff'])
    expect((await activate(token)).user.roles).toEqual(['staff'])
    await map('staff', inGroup('a'), ['changed'])
    expect((await whoIs(token)).roles).toEqual(['changed'])
    expect((await activate(token)).user.roles).toEqual(['changed'])
  })

  it('has them with the answer to a refresh, too', async () => {
    const { access_token: caller } = await tokensOf(['a'])
    await map('staff', inGroup('a'), ['staff'])
    // Nobody can log in with a JWT: a refresh token is put where there is none.
    await send(basic(elastic), 'PUT', '/_security/user/portal', {
      password: 'whatever',
      roles: ['superuser'],
    })
    const portal = basic({ username: 'portal', password: 'whatever' })
    const login = { grant_type: 'password', username: 'portal', password: 'whatever' }
    const { access_token, refresh_token } = await issue(portal, login)
    const of = (token: string) => `"accessHash" = '${hashOf(token)}'`
    const copied = ['subject', 'username', 'realmName', 'realmType', 'incarnation', 'base']
    const columns = copied.map((name) => `"${name}" = (SELECT "${name}" FROM tokens WHERE ${of(caller)})`)
    await app.run(`UPDATE tokens SET ${columns.join(', ')} WHERE ${of(access_token)}`)

    const refreshed = await issue(portal, { grant_type: 'refresh_token', refresh_token })
    expect(refreshed.authentication.roles).toEqual(['staff'])
    await map('staff', inGroup('a'), ['changed'])
    const again = await issue(portal, { grant_type: 'refresh_token', refresh_token })
    expect(again.authentication.roles).toEqual(['changed'])
    expect((await whoIs(again.access_token)).roles).toEqual(['changed'])
  })

  it('keeps the roles that it was issued with, if an earlier release has issued it', async () => {
    const { access_token: token } = await tokensOf(['a'])
    await map('staff', inGroup('a'), ['staff'])
    const older = JSON.stringify({ roles: ['kept'], fullName: null, email: null, metadata: {} })
    await app.run(`UPDATE tokens SET "subject" = '${older}' WHERE "accessHash" = '${hashOf(token)}'`)
    expect((await whoIs(token)).roles).toEqual(['kept'])
  })
})

describe('gateways on one database', () => {
  // SQLite is opened by one process alone.
  it.skipIf(databaseName === 'sqlite')(
    'have a changed role mapping at once, wherever it was put',
    async () => {
      const database = await newDatabase()
      onTestFinished(database.remove)
      await database.setTime(now)
      const environment = {
        DATABASE_URL: database.url,
        ELASTIC_PASSWORD: elastic.password,
        HMAC_KEY: hmacKey,
      }
      const config = await load(settings, environment)
      const gateways = await Promise.all([1, 2].map(() => start()))
      const [one, two] = gateways as [(typeof gateways)[number], (typeof gateways)[number]]
      const token = tokenOf({ groups: ['a'] })
      for (let round = 0; round < 5; round++) {
        for (const [here, there] of [
          [one, two],
          [two, one],
        ] as const) {
          await here.map('staff', inGroup('a'), [`role-${round}`])
          expect((await there.whoIs(token)).roles).toEqual([`role-${round}`])
          expect((await there.activate(token)).user.roles).toEqual([`role-${round}`])
          await there.unmap('staff')
          expect((await here.whoIs(token)).roles).toEqual([])
          expect((await here.activate(token)).user.roles).toEqual([])
        }
      }

      async function start() {
        const gateway = await createApp({
          ...{ config, logger: pino({ level: 'silent' }), clock: () => now },
          auditTo: null,
        })
        onTestFinished(() => gateway.close())
        return requests(inProcess(gateway))
      }
    },
  )
})
