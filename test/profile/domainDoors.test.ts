import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { baseOf, uidOf } from '../../src/profile/uid.ts'
import { hmacKey, hmacRealm, hmacToken } from '../support/hmacTokens.ts'
import { jacknich, jacknichUid, loginBackend, provision } from '../support/people.ts'
import {
  activateProfile,
  profileBodyOf,
  type GraphqlProfile,
  type ProfileBody,
} from '../support/profileBody.ts'
import { createTestApp, graphql, rest, type Answered, type TestApp } from '../support/testApp.ts'

const path = '/_security/profile/_activate'
const start = 1_800_000_000_000

/** The user's credentials, as each door takes them. */
interface Grant {
  readonly rest: object
  readonly graphql: object
}

const password: Grant = { rest: { grant_type: 'password', ...jacknich }, graphql: { password: jacknich } }

function token(realm: string, sub = jacknich.username): Grant {
  const jwt = hmacToken(realm, { sub, email: `${sub}@${realm}.example.com` }, start)
  return { rest: { grant_type: 'access_token', access_token: jwt }, graphql: { accessToken: { token: jwt } } }
}

function suite(settings: string) {
  let gateway: TestApp
  beforeAll(async () => {
    gateway = await createTestApp({ settings, environment: { HMAC_KEY: hmacKey } })
    await provision(gateway.fetch)
  })
  beforeEach(() => gateway.run('DELETE FROM profiles'))
  afterAll(() => gateway.close())

  const doors: Record<'REST' | 'GraphQL', (grant: Grant) => Promise<Answered>> = {
    REST: (grant) => rest(gateway.fetch, 'POST', path, loginBackend, grant.rest),
    GraphQL: (grant) => graphql(gateway.fetch, loginBackend, activateProfile, { grant: grant.graphql }),
  }
  return {
    ...doors,
    run: (sql: string) => gateway.run(sql),
    /** The profile, by whichever door. */
    async activated(door: keyof typeof doors, grant: Grant): Promise<ProfileBody> {
      const { status, body } = (await doors[door](grant)) as Answered<
        ProfileBody & { data: { activateProfile: GraphqlProfile } }
      >
      expect(status).toBe(200)
      return door === 'REST' ? body : profileBodyOf(body.data.activateProfile)
    },
    async read(...uids: string[]): Promise<ProfileBody[]> {
      const { body } = (await rest(
        gateway.fetch,
        'GET',
        `/_security/profile/${uids.join()}`,
        loginBackend,
      )) as Answered<{ profiles: ProfileBody[] }>
      return body.profiles
    },
  }
}

const realms = hmacRealm('corp', 1) + hmacRealm('partner', 2)
const doors = ['REST', 'GraphQL'] as const

describe('a domain of the native realm and one of tokens', () => {
  const gateway = suite(`${realms}domains.staff.realms: [native, corp]\n`)

  it.each(doors)('gives one profile for a password and a token, and names itself in it: %s', async (door) => {
    const byPassword = await gateway.activated(door, password)
    expect(byPassword).toMatchObject({
      uid: jacknichUid,
      user: { realm_name: 'native', realm_domain: 'staff', email: 'jacknich@example.com' },
    })
    expect(await gateway.read(jacknichUid)).toEqual([byPassword])
    const byToken = await gateway.activated(door, token('corp'))
    expect(byToken).toMatchObject({
      uid: jacknichUid,
      user: { realm_name: 'corp', realm_domain: 'staff', roles: [], email: 'jacknich@corp.example.com' },
      _doc: { _seq_no: 1 },
    })
    expect(await gateway.read(jacknichUid)).toEqual([byToken])
  })

  it.each(doors)('leaves a realm outside of it alone, and is not named there: %s', async (door) => {
    await gateway.activated(door, password)
    const outside = await gateway.activated(door, token('partner'))
    expect(outside.uid).toBe(uidOf(baseOf(jacknich.username), 1))
    expect(outside.user).toEqual({
      username: 'jacknich',
      roles: [],
      realm_name: 'partner',
      email: 'jacknich@partner.example.com',
    })
    expect(await gateway.read(outside.uid)).toEqual([outside])
  })

  it('chooses none of two profiles that are the user’s: both doors say so, and nothing is written', async () => {
    const first = await gateway.activated('REST', password)
    const second = await gateway.activated('REST', token('partner'))
    await gateway.run(`UPDATE profiles SET "realmName" = 'corp' WHERE uid = '${second.uid}'`)
    const before = await gateway.read(first.uid, second.uid)
    const reason = (realm: string) =>
      `multiple [2] profiles [${first.uid},${second.uid}] found for user [jacknich] from realm [${realm}] under domain [staff]`
    await refusedByBoth(token('corp'), reason('corp'))
    await refusedByBoth(password, reason('native'))
    expect(await gateway.read(first.uid, second.uid)).toEqual(before)
    expect((await gateway.activated('REST', token('partner'))).uid).toBe(uidOf(baseOf('jacknich'), 2))
  })

  async function refusedByBoth(grant: Grant, reason: string): Promise<void> {
    expectRefused(await gateway.REST(grant), await gateway.GraphQL(grant), reason)
  }
})

describe('a domain that takes usernames as they are', () => {
  const gateway = suite(
    `${realms}domains.staff: { realms: [native, corp], uid_generation: { literal_username: true, suffix: staff } }\n`,
  )

  it.each(doors)('makes uids of them, by which profiles are found: %s', async (door) => {
    const made = await gateway.activated(door, token('corp'))
    expect(made.uid).toBe('u_jacknich_staff')
    expect(await gateway.read('u_jacknich_staff')).toEqual([made])
    expect((await gateway.activated(door, password)).uid).toBe('u_jacknich_staff')
    expect((await gateway.activated(door, token('partner'))).uid).toBe(jacknichUid)
    const longest = 'x'.repeat(256)
    expect((await gateway.activated(door, token('corp', longest))).uid).toBe(`u_${longest}_staff`)
    expect(await gateway.read(`u_${longest}_staff`)).toHaveLength(1)
  })

  it('makes none of usernames that do not fit: both doors say so, and nothing is written', async () => {
    const grant = token('corp', 'jack@example.com')
    expectRefused(
      await gateway.REST(grant),
      await gateway.GraphQL(grant),
      'Security domain [staff] is configured to use literal username. As a result, creating new user profile requires the ' +
        'username to be at least 1 and no more than 256 characters. The username must begin with an alphanumeric character ' +
        '(a-z, A-Z, 0-9) and followed by any alphanumeric or dash (-) characters.',
    )
    expect(await gateway.run('SELECT uid FROM profiles')).toEqual([])
  })

  it('makes no second one: both doors say so, and nothing is written', async () => {
    const made = await gateway.activated('REST', token('corp'))
    await gateway.run(`UPDATE profiles SET "realmName" = 'former'`)
    const [before] = await gateway.read(made.uid)
    expectRefused(
      await gateway.REST(password),
      await gateway.GraphQL(password),
      'cannot create new profile for [jacknich]. A profile with uid [u_jacknich_staff] already exists and suffix setting ' +
        'of domain [staff] does not support auto-increment.',
    )
    expect(await gateway.read(made.uid)).toEqual([before])
  })
})

/** As a failure of how the gateway is set up, whose reason is shown. */
function expectRefused(byRest: Answered, byGraphql: Answered, reason: string): void {
  const error = { type: 'exception', reason }
  expect(byRest).toMatchObject({
    status: 500,
    body: { error: { root_cause: [error], ...error }, status: 500 },
  })
  expect(byGraphql).toMatchObject({
    status: 500,
    body: { data: null, errors: [{ message: reason, extensions: { code: 'CONFIGURATION' } }] },
  })
}
