import { hash } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestApp, elastic, type Credentials } from '../support/testApp.ts'
import { ask, expectRefused } from './ask.ts'
import { naughtyStrings } from './naughtyStrings.ts'

const { fetch, close } = await createTestApp()
afterAll(close)

const ann = { username: 'ann', password: 'ann-p@ssw0rd' }
const fields = 'username roles fullName email metadata enabled'

const putUser = `mutation ($username: String!, $user: UserInput!) {
  putUser(username: $username, user: $user) {
    __typename
    ... on UserPut { created user { ${fields} } }
    ... on Error { message }
  }
}`
const deleteUser = `mutation ($username: String!) {
  deleteUser(username: $username) { __typename ... on UserDeleted { username } ... on Error { message } }
}`
const changePassword = `mutation ($username: String, $password: String, $passwordHash: String) {
  changePassword(username: $username, password: $password, passwordHash: $passwordHash) {
    __typename
    ... on PasswordChanged { username }
    ... on Error { message }
  }
}`
const setUserEnabled = `mutation ($username: String!, $enabled: Boolean!) {
  setUserEnabled(username: $username, enabled: $enabled) {
    __typename
    ... on UserEnabledSet { username enabled }
    ... on Error { message }
  }
}`

const put = (username: string, user: object) => ask(fetch, putUser, { username, user })
const userNamed = async (username: string) => {
  const answer = await ask(fetch, `query ($username: String!) { user(username: $username) { ${fields} } }`, {
    username,
  })
  expect(answer.errors).toBeUndefined()
  return answer.data?.user
}
const isKnown = async (caller: Credentials) => {
  const { status } = await ask(fetch, '{ viewer { username } }', {}, caller)
  expect([200, 401]).toContain(status)
  return status === 200
}

const { password } = ann
const whole = {
  roles: ['admin', 'other'],
  fullName: 'Ann Other',
  email: 'ann@example.com',
  metadata: { a: [1, { b: null }], c: true },
  enabled: true,
}
const empty = { roles: [], fullName: null, email: null, metadata: {}, enabled: true }
const noSuchUser = { __typename: 'UserNotFound', message: 'there is no user of that name' }

beforeEach(async () => {
  await ask(fetch, deleteUser, { username: ann.username })
})

describe('putUser', () => {
  it('creates a user, with everything', async () => {
    const user = { username: 'ann', ...whole }
    expect((await put('ann', { password, ...whole })).data).toEqual({
      putUser: { __typename: 'UserPut', created: true, user },
    })
    expect(await userNamed('ann')).toEqual(user)
    expect(await isKnown(ann)).toBe(true)
  })

  it('creates a user of whom nothing is known', async () => {
    const user = { username: 'ann', ...empty }
    expect((await put('ann', { password, roles: [] })).data).toEqual({
      putUser: { __typename: 'UserPut', created: true, user },
    })
    expect(await userNamed('ann')).toEqual(user)
  })

  it('replaces a user whole, but for a password that is left out', async () => {
    await put('ann', { password, ...whole })
    const user = { username: 'ann', ...empty }
    expect((await put('ann', { roles: [] })).data).toEqual({
      putUser: { __typename: 'UserPut', created: false, user },
    })
    expect(await userNamed('ann')).toEqual(user)
    expect(await isKnown(ann)).toBe(true)
  })

  it('replaces the password that is given', async () => {
    await put('ann', { password, roles: [] })
    await put('ann', { password: 'n3w-p@ssw0rd', roles: [] })
    expect(await isKnown(ann)).toBe(false)
    expect(await isKnown({ ...ann, password: 'n3w-p@ssw0rd' })).toBe(true)
  })

  it('takes the hash of a password', async () => {
    const passwordHash = await hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
    expect((await put('ann', { passwordHash, roles: [] })).data).toMatchObject({ putUser: { created: true } })
    expect(await isKnown(ann)).toBe(true)
  })

  it('takes a hash as Elasticsearch stores it, which proves the user again and again', async () => {
    const passwordHash = await bcrypt(password, 4)
    expect((await put('ann', { passwordHash, roles: [] })).data).toMatchObject({ putUser: { created: true } })
    expect(await isKnown({ ...ann, password: 'wrong' })).toBe(false)
    for (let time = 0; time < 3; time++) expect(await isKnown(ann)).toBe(true)
  })

  it('makes a user who is not enabled, and whom nobody can prove', async () => {
    await put('ann', { password, roles: [], enabled: false })
    expect(await userNamed('ann')).toMatchObject({ enabled: false })
    expect(await isKnown(ann)).toBe(false)
  })

  it('answers PasswordRequired for a new user without one, and makes none', async () => {
    expect((await put('ann', whole)).data).toEqual({
      putUser: {
        __typename: 'PasswordRequired',
        message: 'password must be specified unless you are updating an existing user',
      },
    })
    expect(await userNamed('ann')).toBeNull()
  })

  const nameRule =
    'User names must be at least 1 and no more than 507 characters. They can contain alphanumeric characters ' +
    '(a-z, A-Z, 0-9), spaces, punctuation, and printable symbols in the Basic Latin (ASCII) block. Leading or ' +
    'trailing whitespace is not allowed.'

  it.each<[string, string, object, string[]]>([
    ['an empty name', '', { password }, [nameRule]],
    ['a name of 508 characters', 'a'.repeat(508), { password }, [nameRule]],
    ['a name beyond ASCII', 'añn', { password }, [nameRule]],
    ['a name with a space before it', ' ann', { password }, [nameRule]],
    ['a reserved name', 'elastic', { password }, ['Username [elastic] is reserved and may not be used.']],
    ['a short password', 'ann', { password: 'short' }, ['passwords must be at least [6] characters long']],
    ['an empty password', 'ann', { password: '' }, ['passwords must be at least [6] characters long']],
    [
      'a long password',
      'ann',
      { password: 'a'.repeat(4_097) },
      ['passwords must be at most [4096] characters long'],
    ],
    [
      'what is no hash',
      'ann',
      { passwordHash: 'abcdef' },
      ['[password_hash] must be an argon2id, bcrypt, {PBKDF2} or {PBKDF2_STRETCH} hash'],
    ],
    [
      'a hash that takes too long',
      'ann',
      { passwordHash: '$2a$14$abcdefghijklmnopqrstuu4JkvQ8ilj.Gx./WK5bj8qORdf94LrqO' },
      [
        '[password_hash] must be a bcrypt hash with a cost from 4 to 13, 22 characters of salt and 31 of hash',
      ],
    ],
    [
      'a hash of another cost',
      'ann',
      { passwordHash: `$argon2id$v=19$m=65536,t=3,p=4$${'A'.repeat(22)}$${'A'.repeat(43)}` },
      [
        '[password_hash] must be an argon2id hash with m=19456, t=2, p=1, a salt of 16 and a length of 32 bytes',
      ],
    ],
    [
      'a password and a hash',
      'ann',
      { password, passwordHash: 'a' },
      ['only one of [password, password_hash] can be given'],
    ],
    ['metadata of ours', 'ann', { password, metadata: { _a: 1 } }, ['metadata keys may not start with [_]']],
    [
      'everything at once',
      ' ',
      { password: 'short', metadata: { _a: 1 } },
      [nameRule, 'metadata keys may not start with [_]', 'passwords must be at least [6] characters long'],
    ],
  ])('refuses %s, and says why in problems', async (_, username, user, problems) => {
    const answer = await put(username, { roles: [], ...user })
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors).toMatchObject([{ path: ['putUser'], extensions: { problems } }])
    const numbered = problems.map((problem, index) => `${index + 1}: ${problem};`).join('')
    expect(answer.errors?.[0]?.message).toBe(`Validation Failed: ${numbered}`)
    expect(await userNamed('ann')).toBeNull()
  })

  it.each<[string, object, string[]]>([
    ['no roles', { password }, ['user.roles: expected [String!]!']],
    ['a role that is no name', { password, roles: ['a', 5] }, ['user.roles.1: expected String']],
    ['enabled in words', { password, roles: [], enabled: 'yes' }, ['user.enabled: expected Boolean']],
    [
      'null for what has a default',
      { password, roles: [], enabled: null },
      ['user.enabled: expected Boolean!'],
    ],
    ['metadata in a list', { password, roles: [], metadata: [] }, ['user.metadata: expected JSONObject']],
    [
      'several at once',
      { password: 5, roles: null, full_name: 'a' },
      [
        'user.full_name: is not a field of UserInput',
        'user.password: expected String',
        'user.roles: expected [String!]!',
      ],
    ],
  ])('refuses %s, by path and expectation', async (_, user, problems) => {
    const answer = await put('ann', user)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]).toMatchObject({ message: problems.join('; '), extensions: { problems } })
    expect(await userNamed('ann')).toBeNull()
  })

  it.each(naughtyStrings.map((text) => [text.slice(0, 20), text]))('keeps %j as it is', async (_, text) => {
    const user = {
      roles: [text, 'b'],
      fullName: text,
      email: text,
      metadata: { a: text, b: { [`-${text}`]: [text] } },
    }
    expect(
      (await put('ann', { password: `p@ss-w0rd-${text.slice(0, 4_000)}`, ...user })).errors,
    ).toBeUndefined()
    expect(await userNamed('ann')).toEqual({ username: 'ann', ...user, enabled: true })
    expect(await isKnown({ username: 'ann', password: `p@ss-w0rd-${text.slice(0, 4_000)}` })).toBe(true)
  })

  it.each(naughtyStrings.map((text) => [text.slice(0, 20), text]))(
    'takes %j as a name, or says why not',
    async (_, text) => {
      const answer = await put(text, { password, roles: [] })
      if (answer.status === 200) {
        expect(await userNamed(text)).toMatchObject({ username: text })
        await ask(fetch, deleteUser, { username: text })
      } else {
        expectRefused(answer, 400, 'INVALID_INPUT')
        expect(answer.errors?.[0]?.extensions.problems).toEqual([nameRule])
      }
    },
  )
})

describe('deleteUser', () => {
  it('deletes a user, whom nobody can prove any more', async () => {
    await put('ann', { password, roles: [] })
    expect((await ask(fetch, deleteUser, { username: 'ann' })).data).toEqual({
      deleteUser: { __typename: 'UserDeleted', username: 'ann' },
    })
    expect(await userNamed('ann')).toBeNull()
    expect(await isKnown(ann)).toBe(false)
  })

  it.each(['ann', '', 'ünknown', ...naughtyStrings.slice(0, 16)])(
    'answers UserNotFound for %j',
    async (username) => {
      expect((await ask(fetch, deleteUser, { username })).data).toEqual({ deleteUser: noSuchUser })
    },
  )

  it('refuses the reserved superuser', async () => {
    const answer = await ask(fetch, deleteUser, { username: 'elastic' })
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.message).toBe('user [elastic] is reserved and cannot be deleted')
    expect(await isKnown(elastic)).toBe(true)
  })
})

describe('changePassword', () => {
  const other = { ...ann, password: 'n3w-p@ssw0rd' }

  it("changes another user's password", async () => {
    await put('ann', { password, ...whole })
    expect((await ask(fetch, changePassword, other)).data).toEqual({
      changePassword: { __typename: 'PasswordChanged', username: 'ann' },
    })
    expect(await isKnown(ann)).toBe(false)
    expect(await isKnown(other)).toBe(true)
    expect(await userNamed('ann')).toEqual({ username: 'ann', ...whole })
  })

  it.each([
    ['without naming it', {}],
    ['by name', { username: 'ann' }],
    ['named null', { username: null }],
  ])("changes a user's own password, who holds no right: %s", async (_, name) => {
    await put('ann', { password, roles: [] })
    const answer = await ask(fetch, changePassword, { ...name, password: other.password }, ann)
    expect(answer.data).toEqual({ changePassword: { __typename: 'PasswordChanged', username: 'ann' } })
    expect(await isKnown(ann)).toBe(false)
    expect(await isKnown(other)).toBe(true)
  })

  it('takes the hash of a password', async () => {
    await put('ann', { password, roles: [] })
    const passwordHash = await hash(other.password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
    await ask(fetch, changePassword, { username: 'ann', passwordHash })
    expect(await isKnown(other)).toBe(true)
  })

  it('takes a hash that is not our own from whom may change all passwords, and from nobody else', async () => {
    await put('ann', { password, roles: [] })
    const passwordHash = await bcrypt(other.password, 4)
    expectRefused(await ask(fetch, changePassword, { passwordHash }, ann), 403, 'FORBIDDEN')
    expect(await isKnown(ann)).toBe(true)
    const own = await hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
    expect((await ask(fetch, changePassword, { passwordHash: own }, ann)).errors).toBeUndefined()
    await ask(fetch, changePassword, { username: 'ann', passwordHash })
    expect(await isKnown(other)).toBe(true)
  })

  it("refuses another user's password to whom may not, and leaves it", async () => {
    await put('ann', { password, roles: [] })
    await put('bob', { password, roles: [] })
    const bob = { username: 'bob', password }
    expectRefused(await ask(fetch, changePassword, other, bob), 403, 'FORBIDDEN')
    expect(await isKnown(ann)).toBe(true)
  })

  it("changes the superuser's password, and back", async () => {
    const changed = { ...elastic, password: 'n3w-p@ssw0rd' }
    await ask(fetch, changePassword, { password: changed.password })
    expect(await isKnown(elastic)).toBe(false)
    const answer = await ask(fetch, changePassword, { password: elastic.password }, changed)
    expect(answer.data).toMatchObject({ changePassword: { username: 'elastic' } })
    expect(await isKnown(elastic)).toBe(true)
  })

  it('answers UserNotFound', async () => {
    expect((await ask(fetch, changePassword, other)).data).toEqual({ changePassword: noSuchUser })
    expect(await userNamed('ann')).toBeNull()
  })

  it.each<[string, object, string]>([
    ['neither password nor hash', {}, 'password is missing'],
    ['both', { password, passwordHash: 'a' }, 'only one of [password, password_hash] can be given'],
    ['a short password', { password: 'short' }, 'passwords must be at least [6] characters long'],
  ])('refuses %s', async (_, given, problem) => {
    await put('ann', { password, roles: [] })
    const answer = await ask(fetch, changePassword, { username: 'ann', ...given })
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.extensions.problems).toEqual([problem])
    expect(await isKnown(ann)).toBe(true)
  })
})

describe('setUserEnabled', () => {
  it('disables a user and enables it again, and changes nothing else', async () => {
    await put('ann', { password, ...whole })
    for (const enabled of [false, false, true, true]) {
      const answer = await ask(fetch, setUserEnabled, { username: 'ann', enabled })
      expect(answer.data).toEqual({
        setUserEnabled: { __typename: 'UserEnabledSet', username: 'ann', enabled },
      })
      expect(await userNamed('ann')).toEqual({ username: 'ann', ...whole, enabled })
      expect(await isKnown(ann)).toBe(enabled)
    }
  })

  it('answers UserNotFound', async () => {
    const answer = await ask(fetch, setUserEnabled, { username: 'ann', enabled: true })
    expect(answer.data).toEqual({ setUserEnabled: noSuchUser })
  })

  it("refuses one's own account", async () => {
    const answer = await ask(fetch, setUserEnabled, { username: 'elastic', enabled: false })
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.message).toBe('users may not update the enabled status of their own account')
    expect(await isKnown(elastic)).toBe(true)
  })
})

describe('user and users', () => {
  beforeEach(async () => {
    await put('ann', { password, ...whole })
    await put('bob', { password, roles: [] })
  })

  it('answer one user, whole', async () => {
    expect(await userNamed('ann')).toEqual({ username: 'ann', ...whole })
  })

  it('answer the reserved superuser', async () => {
    expect(await userNamed('elastic')).toEqual({
      username: 'elastic',
      ...empty,
      roles: ['superuser'],
      metadata: { _reserved: true },
    })
  })

  it('answer null for any other name', async () => {
    for (const username of ['nobody-there', 'ANN', 'ann ', ...naughtyStrings]) {
      expect(await userNamed(username), username).toBeNull()
    }
  })

  it('answer all, by name', async () => {
    expect((await ask(fetch, '{ users { username } }')).data).toEqual({
      users: [{ username: 'ann' }, { username: 'bob' }, { username: 'elastic' }],
    })
  })

  it('answer those of the named who exist, by name, each once', async () => {
    const usernames = ['elastic', 'nobody-there', 'ann', 'ann', '%', '*']
    const query = 'query ($usernames: [String!]) { users(usernames: $usernames) { username } }'
    expect((await ask(fetch, query, { usernames })).data).toEqual({
      users: [{ username: 'ann' }, { username: 'elastic' }],
    })
    expect((await ask(fetch, query, { usernames: [] })).data).toEqual({ users: [] })
    expect((await ask(fetch, query, { usernames: 'bob' })).data).toEqual({ users: [{ username: 'bob' }] })
  })

  it('answer however many are named', async () => {
    const usernames = ['ann', ...Array.from({ length: 50_000 }, (_, n) => `user-${n}`)]
    const answer = await ask(
      fetch,
      'query ($usernames: [String!]) { users(usernames: $usernames) { username } }',
      {
        usernames,
      },
    )
    expect(answer.data).toEqual({ users: [{ username: 'ann' }] })
  })

  it('never answer with a password or its hash', async () => {
    for (const field of ['password', 'passwordHash']) {
      expectRefused(await ask(fetch, `{ users { ${field} } }`), 400, 'GRAPHQL_VALIDATION_FAILED')
    }
  })
})
