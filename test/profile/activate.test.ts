import { describe, expect, it } from 'vitest'
import type { Domain } from '../../src/authentication/domain.ts'
import type { Grant } from '../../src/authentication/credentials.ts'
import type { Profile } from '../../src/profile/profile.ts'
import { baseOf, uidOf } from '../../src/profile/uid.ts'
import { groundless } from '../support/groundless.ts'
import { dataOf, prepared } from '../support/testDatabase.ts'
import {
  activateOn,
  application,
  jacknich,
  jacknichGrant,
  native,
  passwords,
  profileOf,
  provision,
} from './activating.ts'
import { source } from '../support/attempts.ts'

const base = baseOf('jacknich')
const uid = (n: number) => uidOf(base, n)
const start = 1_800_000_000_000
let now = start
const emptied = prepared()
let setTime: (now: number) => Promise<void>

/** Everything that a test needs, a profile of nobody yet, and a clock that shows its start. */
async function gateway(options: Parameters<typeof activateOn>[1] = {}) {
  const stores = await emptied()
  setTime = stores.setTime
  await pass(start - now)
  await provision(stores)
  const activate = activateOn(stores, options)
  const stored = async () => (await stores.profiles.candidates(base, null)).profiles
  return {
    ...stores,
    activate: () => profileOf(activate(application, jacknichGrant)),
    attempt: activate,
    stored,
  }
}

/** Moves the database's clock, in milliseconds. */
async function pass(milliseconds: number): Promise<void> {
  now += milliseconds
  await setTime(now)
}

/** A profile that somebody else has written for a user of that name. */
function profile(n: number, realm: { name: string; type: string }, more: Partial<Profile> = {}): Profile {
  const { username, roles, fullName, email } = jacknich
  const user = { username, roles, fullName, email, realm: { domain: null, ...realm } }
  return { uid: uid(n), enabled: true, lastSynchronized: start, user, labels: {}, seqNo: 0, ...more }
}

const rejected = {
  kind: 'GrantRejected',
  reason: 'NOT_AUTHENTICATED',
  principal: 'jacknich',
  message:
    'unable to authenticate user [jacknich] for action [cluster:admin/xpack/security/profile/activate]',
}

describe('a first activation', () => {
  it('creates the profile: enabled, synchronized now, with the user as the realm knows it, nothing else', async () => {
    const { activate, stored, profiles } = await gateway()
    const created = await activate()
    expect(created).toEqual({
      uid: 'u_79HkWkwmnBH5gqFKwoxggWPjEBOur1zLPXQPEl1VBW0_0',
      enabled: true,
      lastSynchronized: start,
      user: {
        username: 'jacknich',
        roles: ['admin', 'other_role1'],
        fullName: 'Jack Nicholson',
        email: 'jacknich@example.com',
        realm: native,
      },
      labels: {},
      seqNo: 0,
    })
    expect(await stored()).toEqual([created])
    expect(await dataOf(profiles, created.uid)).toEqual({})
  })

  it('creates the profile of the reserved superuser too', async () => {
    const { users, attempt } = await gateway()
    await users.put({ ...jacknich, username: 'elastic' }, groundless)
    const { uid, user } = await profileOf(attempt(application, { ...jacknichGrant, username: 'elastic' }))
    expect(uid).toBe('u_mGBROF_q5bmFCATbLXAcCwKa0k8JvONAwSruelyKA5E_0')
    expect(user.realm).toEqual({ name: 'reserved', type: 'reserved', domain: null })
  })

  it.each([
    [[0], 1],
    [[0, 2], 1],
    [[1, 2], 0],
    [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 11],
  ])(
    'takes the lowest uid never given, where the profiles %j belong to another realm: %i',
    async (given, n) => {
      const { activate, profiles, stored } = await gateway()
      const others = given.map((other) => profile(other, { name: `corp${other}`, type: 'jwt' }))
      for (const other of others) await profiles.create(base, other, null)
      expect((await activate()).uid).toBe(uid(n))
      expect(await stored()).toEqual(expect.arrayContaining(others))
      await pass(60_000)
      expect((await activate()).uid).toBe(uid(n))
      expect(await stored()).toHaveLength(given.length + 1)
    },
  )

  it('does not take over a profile of the same base and another username', async () => {
    const { activate, profiles } = await gateway()
    const other = profile(0, native)
    await profiles.create(base, { ...other, user: { ...other.user, username: 'JackNich' } }, null)
    expect((await activate()).uid).toBe(uid(1))
  })

  it('tells one username of two realms apart, also when both come first at once', async () => {
    const stores = await gateway()
    const other = activateOn(stores, { realm: { name: 'corp', type: 'ldap', domain: null } })
    const both = [stores.attempt, other]
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => profileOf((both[n % 2] ?? other)(application, jacknichGrant))),
    )
    const uidsOf = (type: string) =>
      new Set(answers.filter(({ user }) => user.realm.type === type).map((one) => one.uid))
    expect(uidsOf('native').size).toBe(1)
    expect(uidsOf('ldap').size).toBe(1)
    expect(new Set([...uidsOf('native'), ...uidsOf('ldap')])).toEqual(new Set([uid(0), uid(1)]))
    expect(await stores.stored()).toHaveLength(2)
  })
})

describe('a later activation', () => {
  it.each([0, 1, 29_999])('writes nothing if nothing has changed after %i ms', async (later) => {
    const { activate, stored } = await gateway()
    const first = await activate()
    await pass(later)
    expect(await activate()).toEqual(first)
    expect(await stored()).toEqual([first])
  })

  it('writes the time from 30 s on, counted from the last write', async () => {
    const { activate, stored } = await gateway()
    const first = await activate()
    await pass(30_000)
    const second = await activate()
    expect(second).toEqual({ ...first, lastSynchronized: start + 30_000, seqNo: 1 })
    await pass(29_999)
    expect(await activate()).toEqual(second)
    await pass(1)
    const third = await activate()
    expect(third).toEqual({ ...first, lastSynchronized: start + 60_000, seqNo: 2 })
    expect(await stored()).toEqual([third])
  })

  it.each([
    ['other roles', { roles: ['admin'] }],
    ['the same roles in another order', { roles: ['other_role1', 'admin'] }],
    ['no roles', { roles: [] }],
    ['another full name', { fullName: 'Jack' }],
    ['no full name', { fullName: null }],
    ['another email address', { email: 'jack@example.com' }],
    ['no email address', { email: null }],
  ])('writes at once, whole, if the user has %s', async (_, change) => {
    const { activate, users, stored } = await gateway()
    const first = await activate()
    await users.put({ ...jacknich, ...change }, groundless)
    await pass(1)
    const second = await activate()
    expect(second).toEqual({ ...first, lastSynchronized: now, user: { ...first.user, ...change }, seqNo: 1 })
    expect(await stored()).toEqual([second])
  })

  it('writes nothing if only what a profile does not keep has changed', async () => {
    const { activate, users } = await gateway()
    const first = await activate()
    await users.put({ ...jacknich, metadata: { other: true } }, groundless)
    expect(await activate()).toEqual(first)
  })

  it('writes each time where the grace is nothing', async () => {
    const { activate, stored } = await gateway({ unchangedGrace: 0 })
    for (const seqNo of [0, 1, 2, 3])
      expect(await activate()).toMatchObject({ seqNo, lastSynchronized: start })
    expect(await stored()).toMatchObject([{ seqNo: 3 }])
  })

  it('enables a disabled profile, even inside 30 s, and touches neither labels nor data', async () => {
    const { activate, profiles, setDocuments, stored } = await gateway()
    const first = await activate()
    const labels = { kibana: { space: 'default' } }
    const data = { kibana: { theme: 'dark' } }
    await setDocuments(first.uid, { labels, data })
    await profiles.refresh({ ...first, enabled: false, seqNo: 1 }, null)
    await pass(5)
    const second = await activate()
    expect(second).toEqual({ ...first, enabled: true, lastSynchronized: now, labels, seqNo: 2 })
    expect(await stored()).toEqual([second])
    expect(await dataOf(profiles, first.uid)).toEqual(data)
  })

  it('keeps labels and data, and answers with the labels, whether it writes or not', async () => {
    const { activate, profiles, setDocuments, users } = await gateway()
    const { uid } = await activate()
    const labels = { app: { list: [1, { a: null }] } }
    const data = { app: { deep: { deeper: 'text' } }, $type: { '': 1 } }
    await setDocuments(uid, { labels, data })
    expect((await activate()).labels).toEqual(labels)
    await users.put({ ...jacknich, fullName: 'Jack' }, groundless)
    expect((await activate()).labels).toEqual(labels)
    await pass(30_000)
    expect((await activate()).labels).toEqual(labels)
    expect(await dataOf(profiles, uid)).toEqual(data)
  })

  it('never moves the time back when the clock goes backwards', async () => {
    const { activate, users } = await gateway()
    const first = await activate()
    await pass(-3_600_000)
    expect(await activate()).toEqual(first)
    await users.put({ ...jacknich, fullName: 'Jack' }, groundless)
    const second = await activate()
    expect(second).toMatchObject({ lastSynchronized: start, seqNo: 1, user: { fullName: 'Jack' } })
    await pass(start + 1 - now)
    await users.put({ ...jacknich, fullName: 'Nick' }, groundless)
    expect(await activate()).toMatchObject({ lastSynchronized: start + 1, seqNo: 2 })
  })

  it('takes the native profile whatever the realm was called when it was written, and calls it as now', async () => {
    const { activate, profiles, stored } = await gateway()
    await profiles.create(base, profile(0, { name: 'default_native', type: 'native' }), null)
    expect(await activate()).toMatchObject({ uid: uid(0), seqNo: 1, user: { realm: native } })
    expect(await stored()).toHaveLength(1)
  })

  it('takes a profile with a literal uid, if it is the user’s', async () => {
    const { activate, profiles } = await gateway()
    await profiles.create(base, { ...profile(0, native), uid: 'u_jacknich_suffix' }, null)
    expect((await activate()).uid).toBe('u_jacknich_suffix')
  })
})

describe('an activation that finds several profiles of the user', () => {
  const message = `multiple [3] profiles [${uid(0)},${uid(10)},${uid(2)}] found for user [jacknich] from realm [native]`

  async function withSeveral(realm = native, domains: readonly Domain[] = []) {
    const parts = await gateway({ realm, domains })
    for (const n of [2, 0, 10])
      await parts.profiles.create(base, profile(n, { name: `n${n}`, type: 'native' }), null)
    await parts.profiles.create(base, profile(1, { name: 'corp', type: 'jwt' }), null)
    return parts
  }

  it('fails as CONFIGURATION, names them in order, and writes nothing', async () => {
    const { activate, stored } = await withSeveral()
    const before = await stored()
    await expect(activate()).rejects.toMatchObject({ code: 'CONFIGURATION', status: 500, message })
    expect(await stored()).toEqual(before)
  })

  it('names the domain, if the realm is in one', async () => {
    const staff = { name: 'staff', realms: [native], literalSuffix: null }
    const { activate } = await withSeveral({ ...native, domain: 'staff' }, [staff])
    await expect(activate()).rejects.toMatchObject({ message: `${message} under domain [staff]` })
  })

  it('fails so for the user alone: wrong credentials are rejected as ever', async () => {
    const { attempt } = await withSeveral()
    expect(await attempt(application, { ...jacknichGrant, password: 'wrong' })).toEqual(rejected)
  })
})

describe('an activation is rejected, and writes nothing,', () => {
  it.each<[string, Grant, principal: string]>([
    ['with a wrong password', { ...jacknichGrant, password: 'wrong' }, 'jacknich'],
    ['for an unknown user', { ...jacknichGrant, username: 'nobody' }, 'nobody'],
    ['for a reserved user who is not there', { ...jacknichGrant, username: 'elastic' }, 'elastic'],
    ['with a token', { kind: 'accessToken', token: 'x', clientSecret: null }, '_bearer_token'],
  ])('%s', async (_, grant, principal) => {
    const { attempt, profiles } = await gateway()
    const message = rejected.message.replace('jacknich', principal)
    expect(await attempt(application, grant)).toEqual({ ...rejected, principal, message })
    expect((await profiles.candidates(baseOf(principal), null)).profiles).toEqual([])
  })

  it('for a disabled user', async () => {
    const { attempt, users, stored } = await gateway()
    await users.setEnabled('jacknich', false)
    expect(await attempt(application, jacknichGrant)).toEqual(rejected)
    expect(await stored()).toEqual([])
  })

  it('and forbidden before anything of the grant is looked at, if the caller may not activate', async () => {
    const { attempt, stored } = await gateway()
    for (const grant of [jacknichGrant, { ...jacknichGrant, password: 'wrong' }]) {
      await expect(attempt({ ...application, roles: ['manage'] }, grant)).rejects.toMatchObject({
        code: 'FORBIDDEN',
      })
    }
    expect(await stored()).toEqual([])
  })

  it('if the subject may activate, but not the caller', async () => {
    const { attempt, users } = await gateway()
    await users.put({ ...jacknich, roles: ['superuser'] }, groundless)
    const caller = { ...application, roles: [] }
    await expect(attempt(caller, jacknichGrant)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

describe('an activation whose hash is still being computed', () => {
  /** The same gateway, on which something is done right before the first verification is answered. */
  async function during(act: (gateway: Awaited<ReturnType<typeof gatewayOf>>) => Promise<unknown>) {
    const parts = await gatewayOf()
    let done: Promise<unknown> | undefined
    const once = () => (done ??= act(parts))
    const slow: typeof passwords = {
      ...passwords,
      async verify(...given) {
        const proven = await passwords.verify(...given)
        await once()
        return proven
      },
    }
    return { ...parts, attempt: () => activateOn(parts, { passwords: slow })(application, jacknichGrant) }
  }
  const gatewayOf = () => gateway()

  it.each<[string, Parameters<typeof during>[0]]>([
    [
      'the password is changed',
      async ({ users }) => users.setPasswordHash('jacknich', await passwords.hash('new', source), groundless),
    ],
    ['the user is disabled', ({ users }) => users.setEnabled('jacknich', false)],
    ['the user is deleted', ({ users }) => users.delete('jacknich')],
  ])('is rejected and writes nothing if meanwhile %s', async (_, act) => {
    const first = await during(act)
    expect(await first.attempt()).toEqual(rejected)
    expect(await first.stored()).toEqual([])

    const second = await during(act)
    const before = await second.activate()
    await pass(60_000)
    expect(await second.attempt()).toEqual(rejected)
    expect(await second.stored()).toEqual([before])
  })

  it('writes the user as changed meanwhile', async () => {
    const { attempt, stored } = await during(({ users }) =>
      users.replace({ ...jacknich, roles: ['new'], fullName: null }),
    )
    expect(await attempt()).toMatchObject({ user: { roles: ['new'], fullName: null } })
    expect(await stored()).toMatchObject([{ user: { roles: ['new'], fullName: null } }])
  })
})
