import { describe, expect, it } from 'vitest'
import type { Caller } from '../../src/authentication/subject.ts'
import type { Profile } from '../../src/profile/profile.ts'
import { baseOf, uidOf } from '../../src/profile/uid.ts'
import { groundless } from '../support/groundless.ts'
import { dataOf, prepared } from '../support/testDatabase.ts'
import { activateOn, application, jacknich, jacknichGrant, native, provision } from './activating.ts'
import { activateMineOn, callerOf, ownProfile } from './activatingMine.ts'

const base = baseOf('jacknich')
const uid = (n: number) => uidOf(base, n)
const start = 1_800_000_000_000
let now = start
const emptied = prepared()
let setTime: (now: number) => Promise<void>

/** Everything that a test needs, a profile of nobody yet, and a clock that shows its start. */
async function gateway(options: Parameters<typeof activateMineOn>[1] = {}) {
  const stores = await emptied()
  setTime = stores.setTime
  await pass(start - now)
  await provision(stores)
  const attempt = activateMineOn(stores, options)
  return {
    ...stores,
    attempt,
    /** By a request that begins now. */
    activate: async () => ownProfile(attempt(await callerOf(stores, 'jacknich'))),
    caller: () => callerOf(stores, 'jacknich'),
    stored: async () => (await stores.profiles.candidates(base, null)).profiles,
  }
}

/** Moves the database's clock, in milliseconds. */
async function pass(milliseconds: number): Promise<void> {
  now += milliseconds
  await setTime(now)
}

/** A profile that somebody else has written for a user of that name. */
function profile(n: number, realm: { name: string; type: string }): Profile {
  const { username, roles, fullName, email } = jacknich
  const user = { username, roles, fullName, email, realm: { domain: null, ...realm } }
  return { uid: uid(n), enabled: true, lastSynchronized: start, user, labels: {}, seqNo: 0 }
}

const disabled = { kind: 'ProfileDisabled', message: `the profile [${uid(0)}] is disabled` }

describe('a user who activates itself', () => {
  it('gets a profile: enabled, synchronized now, with the user as the realm knows it, nothing else', async () => {
    const { activate, stored, profiles } = await gateway()
    const created = await activate()
    const { username, roles, fullName, email } = jacknich
    expect(created).toEqual({
      ...{ uid: uid(0), enabled: true, lastSynchronized: start, labels: {}, seqNo: 0 },
      user: { username, roles, fullName, email, realm: native },
    })
    expect(await stored()).toEqual([created])
    expect(await dataOf(profiles, created.uid)).toEqual({})
  })

  it('gets the same profile later, refreshed where there is something to write', async () => {
    const { activate, users, stored } = await gateway()
    const first = await activate()
    await pass(29_999)
    expect(await activate()).toEqual(first)
    await pass(1)
    expect(await activate()).toEqual({ ...first, lastSynchronized: now, seqNo: 1 })
    await users.put({ ...jacknich, fullName: 'Jack' }, groundless)
    const third = await activate()
    expect(third).toMatchObject({ uid: uid(0), seqNo: 2, user: { fullName: 'Jack' } })
    expect(await stored()).toEqual([third])
  })

  it('gets the profile that an application has activated, labels and data untouched', async () => {
    const { activate, profiles, setDocuments, ...stores } = await gateway()
    await activateOn({ profiles, ...stores })(application, jacknichGrant)
    const [labels, data] = [{ app: { space: 'default' } }, { app: { theme: 'dark' } }]
    await setDocuments(uid(0), { labels, data })
    await pass(60_000)
    expect(await activate()).toMatchObject({ uid: uid(0), lastSynchronized: now, labels, seqNo: 1 })
    expect(await dataOf(profiles, uid(0))).toEqual(data)
  })

  it('gets none of another realm, and leaves that as it is', async () => {
    const { activate, profiles, stored } = await gateway()
    const other = profile(0, { name: 'corp', type: 'jwt' })
    await profiles.create(base, other, null)
    expect((await activate()).uid).toBe(uid(1))
    expect(await stored()).toContainEqual(other)
  })

  it('gets that of its domain, whichever realm has proven it', async () => {
    const corp = { name: 'corp', type: 'jwt' }
    const domains = [{ name: 'staff', realms: [native, corp], literalSuffix: null }]
    const { attempt, caller, profiles, stored } = await gateway({ domains })
    await profiles.create(base, profile(0, corp), null)
    const realm = { ...native, domain: 'staff' }
    expect(await attempt({ ...(await caller()), realm })).toMatchObject({ uid: uid(0), user: { realm } })
    expect(await stored()).toHaveLength(1)
  })

  it('is told as CONFIGURATION where several profiles are its own', async () => {
    const { attempt, caller, profiles, stored } = await gateway()
    for (const n of [0, 1]) await profiles.create(base, profile(n, { name: `n${n}`, type: 'native' }), null)
    await expect(attempt(await caller())).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: `multiple [2] profiles [${uid(0)},${uid(1)}] found for user [jacknich] from realm [native]`,
    })
    expect(await stored()).toMatchObject([{ seqNo: 0 }, { seqNo: 0 }])
  })
})

describe('a disabled profile', () => {
  it.each([0, 60_000])('is not touched, not even its time, after %i ms', async (later) => {
    const { attempt, activate, caller, profiles, users, stored } = await gateway()
    const first = await activate()
    await profiles.setEnabled(uid(0), false)
    await users.put({ ...jacknich, fullName: 'Jack' }, groundless)
    await pass(later)
    expect(await attempt(await caller())).toEqual(disabled)
    expect(await stored()).toEqual([{ ...first, enabled: false, seqNo: 1 }])
  })

  it('is not touched where it is disabled between reading and writing', async () => {
    const stores = await gateway()
    const first = await stores.activate()
    await pass(60_000)
    const profiles: typeof stores.profiles = {
      ...stores.profiles,
      // Not refreshed in passing, as where somebody else is writing it.
      candidates: (base, basis) => stores.profiles.candidates(base, basis),
      async refresh(...given) {
        await stores.profiles.setEnabled(uid(0), false)
        return stores.profiles.refresh(...given)
      },
    }
    expect(await activateMineOn({ profiles })(await stores.caller())).toEqual(disabled)
    expect(await stores.stored()).toEqual([{ ...first, enabled: false, seqNo: 1 }])
  })

  it('is enabled by an application that may do so, and from then on refreshed again', async () => {
    const { activate, attempt, caller, profiles, ...stores } = await gateway()
    await activate()
    await profiles.setEnabled(uid(0), false)
    await activateOn({ profiles, ...stores })(application, jacknichGrant)
    expect(await attempt(await caller())).toMatchObject({ uid: uid(0), enabled: true })
  })
})

describe('a user who was changed since the request began', () => {
  it.each<[string, (stores: Awaited<ReturnType<typeof gateway>>) => Promise<unknown>]>([
    ['given other roles', ({ users }) => users.put({ ...jacknich, roles: [] }, groundless)],
    ['given another password', ({ users }) => users.setPasswordHash('jacknich', 'another', groundless)],
    ['disabled', ({ users }) => users.setEnabled('jacknich', false)],
    ['deleted', ({ users }) => users.delete('jacknich')],
    [
      'deleted and made anew',
      async ({ users }) => {
        await users.delete('jacknich')
        await users.put(jacknich, groundless)
      },
    ],
  ])('is told to try again, and nothing is written: %s', async (_, change) => {
    for (const before of [false, true]) {
      const stores = await gateway()
      if (before) await stores.activate()
      const [caller, stored] = [await stores.caller(), await stores.stored()]
      await pass(60_000)
      await change(stores)
      await expect(stores.attempt(caller)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: 'the user has just been changed, try again',
      })
      expect(await stores.stored()).toEqual(stored)
    }
  })
})

describe('whoever may not activate itself', () => {
  const who = 'user [jacknich] of realm [native] cannot activate its own profile: '
  const noUser = `${who}only users can, and nothing that stems from an API key`
  const owner = { username: 'jacknich', realm: { type: 'native', name: 'native', domain: null }, via: null }
  const apiKey = { id: 'id', name: 'key', owner, roleDescriptors: [], limitedBy: [] }
  const ofRealm = (type: string, name: string) => ({ realm: { type, name, domain: null } })

  it.each<[string, Partial<Caller>, string]>([
    ['a user by its password', { authenticationType: 'realm' }, `${who}it has to send an access token`],
    ['an API key', { authenticationType: 'api_key', subjectType: 'api_key', apiKey }, noUser],
    ['a token of an API key', { apiKey }, noUser],
    ['a token whose subject is an API key', { subjectType: 'api_key' }, noUser],
    ['a service account', { subjectType: 'service_account' }, noUser],
    [
      'a user of another cluster',
      { via: 'cluster' },
      `${who}the realm [cluster] has asked another server for it`,
    ],
    [
      'a user of a realm without self_activation',
      ofRealm('jwt', 'corp'),
      who.replace('native', 'corp') + 'its realm does not have [self_activation]',
    ],
    [
      'the superuser',
      { ...ofRealm('reserved', 'reserved'), roles: ['superuser'] },
      who.replace('native', 'reserved') + 'its realm does not have [self_activation]',
    ],
  ])('is forbidden to, whatever its roles, before it is counted: %s', async (_, changes, message) => {
    let counted = 0
    const { attempt, caller, stored } = await gateway({
      countUse: () => (counted += 1),
    })
    const refused = attempt({ ...(await caller()), roles: ['superuser'], ...changes })
    await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN', status: 403, message })
    expect(counted).toBe(0)
    expect(await stored()).toEqual([])
  })

  it('is nobody who sends a token of a realm of tokens that has self_activation', async () => {
    const { attempt, caller } = await gateway({
      selfActivates: ({ type, name }) => type === 'jwt' && name === 'corp',
    })
    const jwt = { ...(await caller()), ...ofRealm('jwt', 'corp'), authenticationType: 'realm' as const }
    expect(await attempt({ ...jwt, basis: null, token: null })).toMatchObject({ uid: uid(0), seqNo: 0 })
  })
})

describe('a user who comes too often', () => {
  it('is told for how long to wait, before anything is read', async () => {
    const { users } = await gateway()
    const read = () => Promise.reject(new Error('it was read'))
    const attempt = activateMineOn({ profiles: { candidates: read } as never }, { countUse: () => 7 })
    expect(await attempt(await callerOf({ users }, 'jacknich'))).toEqual({
      kind: 'TooManyAttempts',
      message: 'too many attempts, try again in 7s',
      retryAfterSeconds: 7,
    })
  })
})
