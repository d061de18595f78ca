import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hmacKey, hmacRealm, hmacToken } from '../support/hmacTokens.ts'
import { jacknich, jacknichUid, loginBackend } from '../support/people.ts'
import { basic, createTestApp, elastic, rest, type Credentials } from '../support/testApp.ts'
import { tokenRequests } from '../support/tokenRequests.ts'
import { expectRefused, send, type Answer } from './ask.ts'

const now = 1_800_000_000_000
const app = await createTestApp({
  settings:
    'realms.native.native: { order: 0, self_activation: true }\n' +
    hmacRealm('web', 1, { self_activation: 'true' }) +
    hmacRealm('corp', 2) +
    'activation.unchanged_grace: 0\n',
  environment: { HMAC_KEY: hmacKey },
  now,
})
const { fetch, run, close } = app
const { prepare, loggedIn, newUser, change } = tokenRequests(app)
beforeAll(prepare)
afterAll(close)

const mine = `mutation {
  activateMyProfile {
    __typename
    ... on Profile { uid enabled user { username realmName roles } labels data(keys: ["*"]) doc { seqNo } }
    ... on Error { message }
    ... on TooManyAttempts { retryAfterSeconds }
  }
}`
const viewer = '{ viewer { username profile { uid enabled labels data(keys: ["*"]) doc { seqNo } } } }'

const asked = (query: string, authorization: string) =>
  send(fetch, { headers: { authorization }, body: JSON.stringify({ query }) })
const bearer = (token: string) => `Bearer ${token}`
const webToken = (sub: string) => hmacToken('web', { sub }, now)
const tokenOf = async (user: Credentials) => bearer((await loggedIn(user)).access)
const resultOf = ({ data }: Answer) => data?.activateMyProfile as Record<string, unknown> | undefined
const stored = async () => (await run('SELECT count(*) FROM profiles'))[0]?.map(Number)

describe('activateMyProfile', () => {
  it('makes the profile of whoever sends a token of ours, without any privilege', async () => {
    const caller = await tokenOf(jacknich)
    expect(await asked(viewer, caller)).toMatchObject({
      data: { viewer: { username: 'jacknich', profile: null } },
    })
    const answer = await asked(mine, caller)
    expect(answer).toMatchObject({
      status: 200,
      data: {
        activateMyProfile: {
          ...{
            __typename: 'Profile',
            uid: jacknichUid,
            enabled: true,
            labels: {},
            data: {},
            doc: { seqNo: 0 },
          },
          user: { username: 'jacknich', realmName: 'native', roles: ['admin', 'other_role1'] },
        },
      },
    })
    expect(answer.errors).toBeUndefined()
  })

  it('makes the profile of whoever sends a token of a realm that has self_activation', async () => {
    expect(resultOf(await asked(mine, bearer(webToken('browser-user'))))).toMatchObject({
      user: { username: 'browser-user', realmName: 'web', roles: [] },
    })
  })

  it('takes no argument, and is no query', async () => {
    const caller = bearer(webToken('browser-user'))
    const other = 'mutation { activateMyProfile(username: "jacknich") { __typename } }'
    expectRefused(await asked(other, caller), 400, 'GRAPHQL_VALIDATION_FAILED')
    const search = { query: 'mutation { activateMyProfile { __typename } }' }
    const byGet = await send(fetch, { method: 'GET', search, headers: { authorization: caller } })
    expectRefused(byGet, 405, 'BAD_REQUEST')
  })

  it('answers with ProfileDisabled where it is disabled, as often as it is asked, and leaves it', async () => {
    const user = await newUser()
    const caller = await tokenOf(user)
    const { uid } = resultOf(await asked(mine, caller)) ?? {}
    await rest(fetch, 'PUT', `/_security/profile/${String(uid)}/_disable`, elastic)
    for (let turn = 0; turn < 2; turn++) {
      expect(resultOf(await asked(mine, caller))).toEqual({
        __typename: 'ProfileDisabled',
        message: `the profile [${String(uid)}] is disabled`,
      })
    }
    expect(await asked(viewer, caller)).toMatchObject({
      data: { viewer: { profile: { uid, enabled: false, doc: { seqNo: 1 } } } },
    })
  })

  it('answers thirty times a minute, then with TooManyAttempts, of which others notice nothing', async () => {
    const caller = bearer(webToken('eager'))
    const answers = await Promise.all(Array.from({ length: 100 }, () => asked(mine, caller)))
    const results = answers.map(resultOf)
    const refused = results.filter((result) => result?.__typename === 'TooManyAttempts')
    expect(results.filter((result) => result?.__typename === 'Profile')).toHaveLength(30)
    expect(refused).toHaveLength(70)
    for (const { retryAfterSeconds, message } of refused as {
      retryAfterSeconds: number
      message: string
    }[]) {
      expect(retryAfterSeconds).toBeGreaterThan(0)
      expect(retryAfterSeconds).toBeLessThanOrEqual(60)
      expect(message).toBe(`too many attempts, try again in ${retryAfterSeconds}s`)
    }
    expect(new Set(results.flatMap((result) => result?.uid ?? [])).size).toBe(1)
    expect(resultOf(await asked(mine, bearer(webToken('calm'))))).toMatchObject({ __typename: 'Profile' })
    const again = `mutation { a: activateMyProfile { __typename } b: activateMyProfile { __typename } }`
    const tooMany = { __typename: 'TooManyAttempts' }
    expect(await asked(again, caller)).toMatchObject({ data: { a: tooMany, b: tooMany } })
  })
})

describe('403', () => {
  it.each<[string, () => Promise<string> | string, string]>([
    ['a password', () => basic(jacknich), 'it has to send an access token'],
    ['a password, however mighty', () => basic(elastic), 'its realm does not have [self_activation]'],
    ['a token of the superuser', () => tokenOf(elastic), 'its realm does not have [self_activation]'],
    [
      'a token of a realm without self_activation',
      () => bearer(hmacToken('corp', { sub: 'someone' }, now)),
      'its realm does not have [self_activation]',
    ],
  ])('refuses activateMyProfile to %s, and writes nothing', async (_, authorization, problem) => {
    const before = await stored()
    const answer = await asked(mine, await authorization())
    expectRefused(answer, 403, 'FORBIDDEN')
    expect(answer.errors?.[0]?.message).toMatch(
      /^user \[\w+\] of realm \[\w+\] cannot activate its own profile: /,
    )
    expect(answer.errors?.[0]?.message).toContain(problem)
    expect(await stored()).toEqual(before)
  })

  it.each([
    ['a token of ours', () => tokenOf(jacknich)],
    ['a token of a realm', () => bearer(webToken('browser-user'))],
  ])(
    'refuses the other activation, and REST, to %s of a realm that has self_activation',
    async (_, caller) => {
      const authorization = await caller()
      const query = `mutation ($grant: GrantInput!) { activateProfile(grant: $grant) { __typename } }`
      const body = JSON.stringify({ query, variables: { grant: { password: jacknich } } })
      expectRefused(await send(fetch, { headers: { authorization }, body }), 403, 'FORBIDDEN')
      const atRest = await fetch('/_security/profile/_activate', {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ grant_type: 'password', ...jacknich }),
      })
      expect(atRest.status).toBe(403)
      expectRefused(
        await asked(`{ profiles(uids: ["${jacknichUid}"]) { profiles { uid } } }`, authorization),
        403,
        'FORBIDDEN',
      )
    },
  )
})

describe('401', () => {
  it.each([
    ['no credentials', ''],
    ['a token of a stranger', bearer(webToken('x').replace(/\.[^.]*$/, `.${sealed('another-secret')}`))],
    ['a token that is over', bearer(hmacToken('web', { sub: 'x' }, now - 7_200_000))],
  ])('refuses activateMyProfile to %s', async (_, authorization) => {
    expectRefused(await asked(mine, authorization), 401, 'UNAUTHENTICATED')
  })
})

describe('viewer { profile }', () => {
  it('is the own profile, with all that applications keep, and never that of another realm', async () => {
    const user = await newUser()
    const caller = await tokenOf(user)
    const { uid } = resultOf(await asked(mine, caller)) ?? {}
    const kept = { labels: { app: { a: 1 } }, data: { app: { b: [2] } } }
    await rest(fetch, 'PUT', `/_security/profile/${String(uid)}/_data`, elastic, kept)
    expect(await asked(viewer, caller)).toMatchObject({ data: { viewer: { profile: { uid, ...kept } } } })
    expect(resultOf(await asked(mine, caller))).toMatchObject({ uid, ...kept })

    const namesake = bearer(webToken(user.username))
    expect(await asked(viewer, namesake)).toMatchObject({ data: { viewer: { profile: null } } })
  })

  it('is read by a password too, where the realm has self_activation, and writes nothing', async () => {
    const user = await newUser()
    const { uid } = resultOf(await asked(mine, await tokenOf(user))) ?? {}
    const answer = await asked(viewer, basic(user))
    expect(answer).toMatchObject({ data: { viewer: { profile: { uid, doc: { seqNo: 0 } } } } })
    expect(answer.errors).toBeUndefined()
  })

  it('is read by whoever may read profiles, whatever the realm', async () => {
    const grant = { password: elastic }
    const query = `mutation ($grant: GrantInput!) { activateProfile(grant: $grant) { ... on Profile { uid } } }`
    expect(await asked(viewer, basic(elastic))).toMatchObject({ data: { viewer: { profile: null } } })
    await send(fetch, {
      headers: { authorization: basic(loginBackend) },
      body: JSON.stringify({ query, variables: { grant } }),
    })
    expect(await asked(viewer, basic(elastic))).toMatchObject({
      data: { viewer: { profile: { uid: 'u_mGBROF_q5bmFCATbLXAcCwKa0k8JvONAwSruelyKA5E_0' } } },
    })
  })

  it('is forbidden to everybody else, beside what is known of the caller', async () => {
    const answer = await asked(viewer, bearer(hmacToken('corp', { sub: 'someone' }, now)))
    expect(answer).toMatchObject({
      status: 200,
      data: { viewer: { username: 'someone', profile: null } },
      errors: [{ path: ['viewer', 'profile'], extensions: { code: 'FORBIDDEN' } }],
    })
    expect(answer.errors?.[0]?.message).toContain(
      'action [cluster:admin/xpack/security/profile/get] is unauthorized',
    )
  })

  it('is all that somebody may read who may write what an application keeps in any', async () => {
    const global = { profile: { write: { applications: ['app'] } } }
    await change('PUT', 'role/app_writer', { global })
    const writer = await newUser()
    await change('PUT', `user/${writer.username}`, { password: writer.password, roles: ['app_writer'] })
    const victim = (await asked(mine, await tokenOf(await newUser()))).data?.activateMyProfile as {
      uid: string
    }
    const query = `mutation { updateProfileData(uid: "${victim.uid}", data: {app: {seen: true}}) {
      ... on Profile { uid data(keys: ["*"]) } } }`
    expect(await asked(query, await tokenOf(writer))).toMatchObject({
      data: null,
      errors: [{ path: ['updateProfileData'], extensions: { code: 'FORBIDDEN' } }],
    })
  })

  it('is CONFIGURATION where several profiles are the own ones', async () => {
    const user = await newUser()
    const caller = await tokenOf(user)
    const { uid } = resultOf(await asked(mine, caller)) ?? {}
    await run(
      `INSERT INTO profiles (uid, base, enabled, "lastSynchronized", username, roles, "realmName", "realmType", labels, data, "seqNo")
       SELECT 'u_other', base, enabled, "lastSynchronized", username, roles, 'other', "realmType", labels, data, 0
       FROM profiles WHERE uid = '${String(uid)}'`,
    )
    const uids = ['u_other', String(uid)].sort().join()
    const message = `multiple [2] profiles [${uids}] found for user [${user.username}] from realm [native]`
    expect(await asked(viewer, caller)).toMatchObject({
      data: { viewer: { profile: null } },
      errors: [{ message, extensions: { code: 'CONFIGURATION' } }],
    })
    const activated = await asked(mine, caller)
    expectRefused(activated, 500, 'CONFIGURATION')
    expect(activated.errors?.[0]?.message).toBe(message)
  })

  it('is nobody’s where a viewer is whom tokens are for', async () => {
    await change('PUT', 'role/both', { cluster: ['manage_token', 'manage_user_profile'] })
    await change('PUT', 'user/both', { password: 'b0th-p@ssw0rd', roles: ['both'] })
    const query = `mutation ($grant: TokenGrantInput!) {
      createToken(grant: $grant) { ... on Token { authentication { username profile { uid } } } }
    }`
    for (const grant of [{ password: jacknich }, { clientCredentials: true }]) {
      const body = JSON.stringify({ query, variables: { grant } })
      const caller = { username: 'both', password: 'b0th-p@ssw0rd' }
      const answer = await send(fetch, { headers: { authorization: basic(caller) }, body })
      expect(answer).toMatchObject({ data: { createToken: { authentication: { profile: null } } } })
      expect(answer.errors).toBeUndefined()
    }
  })
})

describe('a gateway that says nothing of self_activation', () => {
  it('forbids activateMyProfile, and the reading, to everybody’s tokens', async () => {
    const silent = await createTestApp({ now })
    const requests = tokenRequests(silent)
    try {
      await requests.prepare()
      const authorization = bearer((await requests.loggedIn()).access)
      const ask = (query: string) =>
        send(silent.fetch, { headers: { authorization }, body: JSON.stringify({ query }) })
      expectRefused(await ask(mine), 403, 'FORBIDDEN')
      expect((await ask(viewer)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    } finally {
      await silent.close()
    }
  })
})

/** A signature that is no realm's. */
function sealed(secret: string): string {
  return createHmac('sha256', secret).update('x').digest('base64url')
}
