import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { jacknich, jacknichUid, loginBackend, provision } from '../support/people.ts'
import { createTestApp, elastic, rest, type Credentials } from '../support/testApp.ts'
import { ask, expectRefused } from './ask.ts'
import { naughtyStrings } from './naughtyStrings.ts'

const { fetch, advance, run, close } = await createTestApp()
afterAll(close)
beforeAll(() => provision(fetch))
beforeEach(() => run('DELETE FROM profiles'))

const fields = `
  uid enabled lastSynchronized
  user { username roles realmName realmDomain email fullName }
  labels
  doc { primaryTerm seqNo }
`
const activateProfile = `mutation ($grant: GrantInput!, $keys: [String!]! = []) {
  activateProfile(grant: $grant) {
    __typename
    ... on Profile { ${fields} data(keys: $keys) }
    ... on Error { message }
    ... on GrantRejected { reason principal }
  }
}`
const activate = (password: Credentials, keys: string[] = []) =>
  ask(fetch, activateProfile, { grant: { password }, keys }, loginBackend)

const profile = {
  uid: jacknichUid,
  enabled: true,
  lastSynchronized: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
  user: {
    username: 'jacknich',
    roles: ['admin', 'other_role1'],
    realmName: 'native',
    realmDomain: null,
    email: 'jacknich@example.com',
    fullName: 'Jack Nicholson',
  },
  labels: {},
  doc: { primaryTerm: 1, seqNo: 0 },
}

describe('activateProfile', () => {
  it('creates the profile of the user whom a password proves', async () => {
    expect((await activate(jacknich)).data).toEqual({
      activateProfile: { __typename: 'Profile', ...profile, data: {} },
    })
  })

  it('leaves the profile as it is within 30 s, and refreshes it after that', async () => {
    const first = await activate(jacknich)
    await advance(29_999)
    expect((await activate(jacknich)).data).toEqual(first.data)
    await advance(1)
    const later = await activate(jacknich)
    expect(later.data).toMatchObject({
      activateProfile: { uid: jacknichUid, doc: { primaryTerm: 1, seqNo: 1 } },
    })
    const timeOf = ({ data }: typeof first) =>
      Date.parse((data as { activateProfile: { lastSynchronized: string } }).activateProfile.lastSynchronized)
    expect(timeOf(later) - timeOf(first)).toBe(30_000)
  })

  it('refreshes at once the profile of a user who was changed', async () => {
    onTestFinished(() => provision(fetch))
    await activate(jacknich)
    const { username, password } = jacknich
    await rest(fetch, 'PUT', `/_security/user/${username}`, elastic, { password, roles: ['admin'] })
    expect((await activate(jacknich)).data).toMatchObject({
      activateProfile: {
        uid: jacknichUid,
        user: { ...profile.user, roles: ['admin'], email: null, fullName: null },
        doc: { seqNo: 1 },
      },
    })
  })

  it('enables a profile, and leaves its labels and data', async () => {
    await activate(jacknich)
    await run(`UPDATE profiles SET enabled = false, labels = '{"a":{"b":1}}', data = '{"c":{"d":2}}'`)
    expect((await activate(jacknich, ['*'])).data).toMatchObject({
      activateProfile: { enabled: true, labels: { a: { b: 1 } }, data: { c: { d: 2 } }, doc: { seqNo: 1 } },
    })
  })

  it('takes the reserved superuser for a user of another realm', async () => {
    expect((await activate(elastic)).data).toMatchObject({
      activateProfile: { user: { username: 'elastic', roles: ['superuser'], realmName: 'reserved' } },
    })
  })

  const rejected = (principal: string) => ({
    activateProfile: {
      __typename: 'GrantRejected',
      message: `unable to authenticate user [${principal}] for action [cluster:admin/xpack/security/profile/activate]`,
      reason: 'NOT_AUTHENTICATED',
      principal,
    },
  })

  it.each<[string, Credentials]>([
    ['a wrong password', { ...jacknich, password: 'wrong-p@ssw0rd' }],
    ['an unknown user', { username: 'stranger', password: 'wrong-p@ssw0rd' }],
    ['a name in another case', { ...jacknich, username: 'JackNich' }],
    ['a name with a space', { ...jacknich, username: 'jacknich ' }],
  ])('answers GrantRejected for %s', async (_, grant) => {
    expect((await activate(grant)).data).toEqual(rejected(grant.username))
  })

  it('answers GrantRejected for a user who is not enabled', async () => {
    onTestFinished(() => provision(fetch))
    await rest(fetch, 'PUT', '/_security/user/jacknich/_disable', elastic)
    expect((await activate(jacknich)).data).toEqual(rejected('jacknich'))
  })

  const jwt = [{ alg: 'HS256' }, { sub: 'me' }, 'signature'].map((part) => btoa(JSON.stringify(part)))
  const byToken = async (token: string, clientSecret?: string) => {
    const clientAuthentication = clientSecret === undefined ? null : { value: clientSecret }
    const grant = { accessToken: { token, clientAuthentication } }
    return (await ask(fetch, activateProfile, { grant }, loginBackend)).data?.activateProfile
  }

  it.each(['abc', 'a.b.c', jwt.join('.').replaceAll('=', '')])(
    'answers GrantRejected for the token %s: no realm knows tokens yet',
    async (token) => {
      expect(await byToken(token)).toMatchObject({ __typename: 'GrantRejected', reason: 'NOT_AUTHENTICATED' })
    },
  )

  it('answers GrantRejected for a client where there is no JWT', async () => {
    const reason = 'CLIENT_AUTHENTICATION_NOT_SUPPORTED'
    const message = '[client_authentication] not supported with the supplied access_token type'
    for (const secret of ['secret', '']) {
      expect(await byToken('abc', secret)).toMatchObject({ __typename: 'GrantRejected', message, reason })
    }
  })

  it('answers GrantRejected for a client of a JWT that has no secret', async () => {
    const message = 'Client shared secret must be non-empty'
    const reason = 'CLIENT_SECRET_EMPTY'
    const token = jwt.join('.').replaceAll('=', '')
    expect(await byToken(token, '')).toMatchObject({ __typename: 'GrantRejected', message, reason })
    expect(await byToken(token, 'secret')).toMatchObject({ reason: 'NOT_AUTHENTICATED' })
  })

  it.each(
    naughtyStrings
      .filter(({ length }) => length > 0 && length < 1_024)
      .map((text) => [text.slice(0, 20), text]),
  )('answers GrantRejected for %j as name, password and token', async (_, text) => {
    expect((await activate({ username: text, password: text })).data).toEqual(rejected(text))
    const answer = await ask(
      fetch,
      activateProfile,
      { grant: { accessToken: { token: text } } },
      loginBackend,
    )
    expect(answer.data).toEqual(rejected('_bearer_token'))
  })

  it.each<[string, object, string[]]>([
    [
      'an empty username',
      { password: { username: '', password: 'a' } },
      ['[username] is required for grant_type [password]'],
    ],
    [
      'both empty',
      { password: { username: '', password: '' } },
      [
        '[username] is required for grant_type [password]',
        '[password] is required for grant_type [password]',
      ],
    ],
    [
      'an empty token',
      { accessToken: { token: '' } },
      ['[access_token] is required for grant_type [access_token]'],
    ],
    [
      'what is too long',
      { password: { username: 'a'.repeat(1_025), password: 'a'.repeat(4_097) } },
      ['[username] must have at most [1024] characters', '[password] must have at most [4096] characters'],
    ],
  ])('refuses %s, in the words of the REST door', async (_, grant, problems) => {
    const answer = await ask(fetch, activateProfile, { grant }, loginBackend)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors).toMatchObject([{ path: ['activateProfile'], extensions: { problems } }])
  })

  it.each<[string, object, string[]]>([
    [
      'both members',
      { password: jacknich, accessToken: { token: 'a' } },
      ['grant: give exactly one of password, accessToken'],
    ],
    ['no member', {}, ['grant: give exactly one of password, accessToken']],
    ['a member that is null', { password: null }, ['grant: give exactly one of password, accessToken']],
    ['no username', { password: { password: 'a' } }, ['grant.password.username: expected String!']],
    [
      'another scheme',
      { accessToken: { token: 'a', clientAuthentication: { scheme: 'BASIC', value: 'a' } } },
      ['grant.accessToken.clientAuthentication.scheme: expected ClientAuthenticationScheme'],
    ],
  ])('refuses %s, by path and expectation', async (_, grant, problems) => {
    const answer = await ask(fetch, activateProfile, { grant }, loginBackend)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors).toHaveLength(1)
    expect(answer.errors?.[0]?.extensions.problems).toEqual(problems)
  })

  it.each([
    ['null', { password: null }],
    ['left out', {}],
  ])('refuses a member that is a variable and %s, by path and expectation', async (_, variables) => {
    const query = `mutation ($password: PasswordGrantInput) {
      activateProfile(grant: { password: $password }) { __typename }
    }`
    const answer = await ask(fetch, query, variables, loginBackend)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.extensions.problems).toEqual([
      'grant: give exactly one of password, accessToken',
    ])
  })

  it.each([
    ['an argument', 'query ($of: ID = "u") { profile(uid: $of) { uid } }', 'uid: expected ID!'],
    [
      'a directive',
      'query ($of: Boolean = true) { profile(uid: "u") @skip(if: $of) { uid } }',
      'if: expected Boolean!',
    ],
  ])('refuses null for a variable of %s, by name and expectation', async (_, query, problem) => {
    const { errors } = await ask(fetch, query, { of: null }, loginBackend)
    expect(errors).toMatchObject([
      { message: problem, extensions: { code: 'INVALID_INPUT', problems: [problem] } },
    ])
  })

  it('says of an argument without a value which field it is of, where others have an answer', async () => {
    const query = 'query ($uid: ID = "u") { viewer { username } mine: profile(uid: $uid) { uid } }'
    const { status, data, errors } = await ask(fetch, query, { uid: null }, loginBackend)
    expect([status, data]).toEqual([200, { viewer: { username: loginBackend.username }, mine: null }])
    expect(errors).toMatchObject([{ path: ['mine'], extensions: { code: 'INVALID_INPUT' } }])
  })

  it.each([' = 1', ''])(
    'does not name a variable that is left out, called like what every object has: %j',
    async (value) => {
      const query = `mutation ($constructor: SafeInt${value}, $uid: ID!) {
      updateProfileData(uid: $uid, data: { app: {} }, ifSeqNo: $constructor) { __typename }
    }`
      const answer = await ask(fetch, query, { uid: [] }, loginBackend)
      expectRefused(answer, 400, 'INVALID_INPUT')
      expect(answer.errors?.[0]?.extensions.problems).toEqual(['uid: expected ID'])
    },
  )

  it('says so where several profiles are one user’s', async () => {
    await activate(jacknich)
    const columns =
      'base, username, roles, "realmName", "realmType", enabled, "lastSynchronized", labels, data, "seqNo"'
    await run(`INSERT INTO profiles (uid, ${columns}) SELECT 'u_other_0', ${columns} FROM profiles`)
    const answer = await activate(jacknich)
    expectRefused(answer, 500, 'CONFIGURATION')
    expect(answer.errors?.[0]?.message).toBe(
      `multiple [2] profiles [${jacknichUid},u_other_0] found for user [jacknich] from realm [native]`,
    )
  })
})

describe('profile', () => {
  const read = async (uid: unknown) =>
    ask(fetch, `query ($uid: ID!) { profile(uid: $uid) { ${fields} } }`, { uid }, loginBackend)

  it('answers what the activation has answered', async () => {
    await activate(jacknich)
    expect((await read(jacknichUid)).data).toEqual({ profile })
  })

  it('answers a profile that is not enabled', async () => {
    await activate(jacknich)
    await run('UPDATE profiles SET enabled = false')
    expect((await read(jacknichUid)).data).toEqual({ profile: { ...profile, enabled: false } })
  })

  it.each([
    jacknichUid.toLowerCase(),
    'u_',
    '%',
    '*',
    5,
    ...naughtyStrings.filter((text) => text.trim() !== ''),
  ])('answers null for %.40j', async (uid) => {
    await activate(jacknich)
    const answer = await read(uid)
    expect(answer.data).toEqual({ profile: null })
    expect(answer.errors).toBeUndefined()
  })

  it.each(['', ' ', '\t\n'])('refuses the blank uid %j', async (uid) => {
    const answer = await read(uid)
    expect(answer).toMatchObject({ status: 200, data: { profile: null } })
    expect(answer.errors).toMatchObject([
      { extensions: { code: 'INVALID_INPUT', problems: ['Profile UID cannot be empty'] } },
    ])
  })
})

describe('profiles', () => {
  const read = (uids: unknown) => {
    const query = `query ($uids: [ID!]!) {
      profiles(uids: $uids) { profiles { uid user { username } } errors { uid type reason } }
    }`
    return ask(fetch, query, { uids }, loginBackend)
  }
  const missing = (uid: string) => ({
    uid,
    type: 'resource_not_found_exception',
    reason: 'profile document not found',
  })

  it('answer those that exist in the order of the request, each once, and an error for each other, by uid', async () => {
    await activate(jacknich)
    const { data } = await activate(elastic)
    const { uid } = (data as { activateProfile: { uid: string } }).activateProfile
    expect((await read(['z', uid, jacknichUid, 'a', uid])).data).toEqual({
      profiles: {
        profiles: [
          { uid, user: { username: 'elastic' } },
          { uid: jacknichUid, user: { username: 'jacknich' } },
        ],
        errors: [missing('a'), missing('z')],
      },
    })
    expect((await read([jacknichUid, uid])).data).toMatchObject({
      profiles: { profiles: [{ uid: jacknichUid }, { uid }], errors: [] },
    })
  })

  it('answer one that is not in a list', async () => {
    expect((await read('a')).data).toEqual({ profiles: { profiles: [], errors: [missing('a')] } })
  })

  it('answer a thousand, and refuse more', async () => {
    await activate(jacknich)
    const uids = [...Array.from({ length: 999 }, (_, n) => `u_${n}`), jacknichUid]
    const { profiles } = (await read(uids)).data as { profiles: { profiles: object[]; errors: object[] } }
    expect(profiles.profiles).toMatchObject([{ uid: jacknichUid }])
    expect(profiles.errors).toHaveLength(999)
    expectRefused(await read([...uids, 'u_more']), 400, 'INVALID_INPUT')
  })

  it('answer errors for any text', async () => {
    const uids = naughtyStrings.filter((text) => text.trim() !== '')
    const { profiles } = (await read(uids)).data as { profiles: { errors: { uid: string }[] } }
    expect(new Set(profiles.errors.map(({ uid }) => uid))).toEqual(new Set(uids))
  })

  it.each<[string, unknown, string[]]>([
    ['no uid', [], ['profile UIDs must be provided']],
    ['a blank uid', ['a', ' '], ['Profile UID cannot be empty']],
    ['null', null, ['uids: expected [ID!]!']],
    ['null among uids', ['a', null], ['uids.1: expected ID!']],
    ['an object', [{ uid: 'a' }], ['uids.0: expected ID']],
  ])('refuse %s', async (_, uids, problems) => {
    const answer = await read(uids)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.extensions.problems).toEqual(problems)
  })
})

describe('data', () => {
  const stored = { app: { key: { deep: 1 }, list: [{ a: 1, b: 2 }] }, app2: { key: 'x' }, other: { a: null } }

  it.each<[string[], object]>([
    [[], {}],
    [['*'], stored],
    [['app'], { app: stored.app }],
    [['app.key'], { app: { key: { deep: 1 } } }],
    [['app*'], { app: stored.app, app2: stored.app2 }],
    [['*.key'], { app: { key: { deep: 1 } }, app2: { key: 'x' } }],
    [['app.list.b', 'other'], { app: { list: [{ b: 2 }] }, other: { a: null } }],
    [['nothing', ...naughtyStrings.slice(0, 20)], {}],
  ])('of %.60j is what the filters keep', async (keys, kept) => {
    await activate(jacknich)
    await run(`UPDATE profiles SET data = '${JSON.stringify(stored)}'`)
    const query = `query ($uid: ID!, $keys: [String!]!) {
      profile(uid: $uid) { data(keys: $keys) all: data(keys: ["*"]) }
      profiles(uids: [$uid]) { profiles { data(keys: $keys) } }
    }`
    expect((await ask(fetch, query, { uid: jacknichUid, keys }, loginBackend)).data).toEqual({
      profile: { data: kept, all: stored },
      profiles: { profiles: [{ data: kept }] },
    })
    expect((await activate(jacknich, keys)).data).toMatchObject({ activateProfile: { data: kept } })
  })

  it('is filtered by at most 100 keys', async () => {
    const { data } = await activate(
      jacknich,
      Array.from({ length: 100 }, (_, n) => `app${n}`),
    )
    expect(data).toMatchObject({ activateProfile: { data: {} } })
    const answer = await activate(
      jacknich,
      Array.from({ length: 101 }, (_, n) => `app${n}`),
    )
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.extensions.problems).toEqual(['at most [100] filters can be given'])
  })

  it.each([
    [1, 'x'.repeat(1_000), 'a filter can have at most [1000] characters'],
    [10, 'x'.repeat(1_000), 'filters can have at most [10000] characters together'],
    [20, 'app*x', 'at most [20] filters can have a [*] before their end'],
  ])('is filtered by at most %d keys like %.5s', async (most, key, problem) => {
    const kept = await activate(
      jacknich,
      Array.from({ length: most }, () => key),
    )
    expect(kept.data).toMatchObject({ activateProfile: { data: {} } })
    const more = most === 1 ? [`${key}x`] : [...Array.from({ length: most }, () => key), '*x']
    const answer = await activate(jacknich, more)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.extensions.problems).toEqual([problem])
  })

  it('is filtered by a hundred keys that end with a star', async () => {
    const { data } = await activate(
      jacknich,
      Array.from({ length: 100 }, () => 'nothing*'),
    )
    expect(data).toMatchObject({ activateProfile: { data: {} } })
  })
})
