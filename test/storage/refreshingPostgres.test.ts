import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Profile, ProfileUser } from '../../src/profile/profile.ts'
import type { Refresh } from '../../src/profile/repository.ts'
import { baseOf, uidOf } from '../../src/profile/uid.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { databaseOfTest, optionsFor, prepared } from '../support/testDatabase.ts'

const emptied = prepared()

const before: ProfileUser = {
  username: 'jacknich',
  roles: ['admin', 'other_role1'],
  fullName: 'Jack Nicholson',
  email: null,
  realm: { name: 'native1', type: 'native', domain: null },
}
const base = baseOf(before.username)
const user = {
  ...{ username: 'jacknich', passwordHash: '', roles: [], fullName: null, email: null, metadata: {} },
  enabled: true,
}

function profileOf(user: ProfileUser, others: Partial<Profile> = {}): Profile {
  const { uid = uidOf(baseOf(user.username), 0), ...more } = others
  return { uid, enabled: true, lastSynchronized: 1_642_650_651_037, user, labels: {}, seqNo: 0, ...more }
}

function refreshTo(user: ProfileUser, others: Partial<Refresh> = {}): Refresh {
  return { user, enables: true, unchangedGrace: 0, ...others }
}

/** One of these profiles is there already, and has labels. */
async function withProfile(profile = profileOf(before)) {
  const stores = await emptied()
  await stores.profiles.create(base, profile, null)
  const labels = { direction: 'north' }
  const stored = { ...profile, labels, seqNo: 1 }
  await stores.profiles.setData(stored, { app: { theme: 'dark' } })
  return { ...stores, stored }
}

describe('the profile that is looked for by an activation', () => {
  it.each<[string, Partial<ProfileUser>]>([
    ['was activated long ago', {}],
    ['says another full name', { fullName: 'Jack' }],
    ['says a full name that is none now', { fullName: null }],
    ['says no email address', { email: 'jacknich@example.com' }],
    ['says other roles', { roles: ['admin'] }],
    ['says its roles in another order', { roles: ['other_role1', 'admin'] }],
    ['says another domain', { realm: { ...before.realm, domain: 'd1' } }],
  ])('is refreshed right then where it %s', async (_, changes) => {
    const { profiles, stored } = await withProfile()
    const user = { ...before, ...changes }
    const found = await profiles.candidates(base, null, refreshTo(user))
    expect(found).toMatchObject({ stands: true, profiles: [stored], isRefreshed: true })
    const next = { ...stored, user, lastSynchronized: found.now, seqNo: 2 }
    expect(await profiles.findWithData([stored.uid])).toEqual([{ ...next, data: { app: { theme: 'dark' } } }])
  })

  it('is refreshed within the grace where it is changed, enabled or without a grace, and else is not', async () => {
    const database = await databaseOfTest()
    const { profiles, close } = await openDatabase(optionsFor(database))
    onTestFinished(close)
    const stored = profileOf(before)
    await profiles.create(base, stored, null)
    const attempt = async (changes: Partial<ProfileUser>, others: Partial<Refresh> = {}) => {
      // Each time another gateway, which remembers nobody.
      const another = await openDatabase(optionsFor(database))
      const refresh = refreshTo({ ...before, ...changes }, { unchangedGrace: 30_000, ...others })
      const { isRefreshed } = await another.profiles.candidates(base, null, refresh)
      await another.close()
      return isRefreshed
    }
    expect(await attempt({})).toBe(true)
    expect(await attempt({})).toBe(false)
    expect(await attempt({ email: 'jack@example.com' })).toBe(true)
    expect(await attempt({ email: 'jack@example.com' })).toBe(false)
    expect(await attempt({ email: 'jack@example.com' }, { unchangedGrace: 0 })).toBe(true)
    await profiles.setEnabled(stored.uid, false)
    expect(await attempt({ email: 'jack@example.com' })).toBe(true)
    expect(await profiles.find([stored.uid])).toMatchObject([{ enabled: true, seqNo: 5 }])
  })

  it('never goes back in time', async () => {
    const later = Date.now() + 60_000
    const { profiles, stored } = await withProfile(profileOf(before, { lastSynchronized: later }))
    expect(await profiles.candidates(base, null, refreshTo({ ...before, fullName: null }))).toMatchObject({
      isRefreshed: true,
    })
    expect(await profiles.find([stored.uid])).toMatchObject([{ lastSynchronized: later, seqNo: 2 }])
  })

  it.each<[string, Partial<Profile>, ProfileUser, Partial<Refresh>?]>([
    ['is disabled, and is to stay so', { enabled: false }, before, { enables: false }],
    ['is of another realm', {}, { ...before, realm: { ...before.realm, name: 'native2' } }],
    ['is of a realm of another type', {}, { ...before, realm: { ...before.realm, type: 'jwt' } }],
    ['is of another user', { user: { ...before, username: 'Jacknich' } }, before],
  ])('is left as it is where it %s', async (_, others, user, how) => {
    const { profiles, stored } = await withProfile(profileOf(before, others))
    const found = await profiles.candidates(base, null, refreshTo(user, how))
    expect(found).toMatchObject({ profiles: [stored], isRefreshed: false })
    expect(await profiles.find([stored.uid])).toEqual([stored])
  })

  it('is left as it is beside another one of that username', async () => {
    const { profiles, stored } = await withProfile()
    const other = profileOf(
      { ...before, realm: { name: 'idp', type: 'jwt', domain: null } },
      { uid: uidOf(base, 1) },
    )
    await profiles.create(base, other, null)
    const found = await profiles.candidates(base, null, refreshTo(before))
    expect(found.isRefreshed).toBe(false)
    expect(found.profiles.toSorted((one, two) => (one.uid < two.uid ? -1 : 1))).toEqual([stored, other])
    expect(await profiles.find([stored.uid, other.uid])).toHaveLength(2)
    expect(await profiles.find([stored.uid])).toEqual([stored])
  })

  it('is left as it is where its labels are large, and comes with them', async () => {
    const { profiles, stored } = await withProfile()
    const large = { ...stored, labels: { text: 'ü'.repeat(100_000) }, seqNo: 2 }
    await profiles.setData(large, {})
    expect(await profiles.candidates(base, null, refreshTo(before))).toMatchObject({
      profiles: [large],
      isRefreshed: false,
    })
    expect(await profiles.find([stored.uid])).toEqual([large])
  })

  it('is left as it is once the user was written', async () => {
    const { profiles, users, stored } = await withProfile()
    await users.put(user)
    const basis = (await users.find('jacknich'))?.basis ?? null
    await users.setEnabled('jacknich', false)
    const found = await profiles.candidates(base, basis, refreshTo(before))
    expect(found).toMatchObject({ stands: false, isRefreshed: false })
    expect(await profiles.find([stored.uid])).toEqual([stored])
  })

  it.each([
    ['it', `SELECT 1 FROM profiles WHERE username = 'jacknich' FOR UPDATE`],
    ['its user', `UPDATE users SET enabled = NOT enabled WHERE username = 'jacknich'`],
  ])('is left as it is, and nobody waits, while somebody is writing %s', async (_, hold) => {
    const { profiles, users, stored, run } = await withProfile()
    await users.put(user)
    const basis = (await users.find('jacknich'))?.basis ?? null
    await run('BEGIN')
    await run(hold)
    const found = await profiles.candidates(base, basis, refreshTo(before))
    await run('COMMIT')
    expect(found).toMatchObject({ stands: true, isRefreshed: false, profiles: [stored] })
    expect(await profiles.find([stored.uid])).toEqual([stored])
  })
})

describe('a profile that was found fresh', () => {
  it('is only read by the next activation here, as long as it is', async () => {
    const { profiles } = await withProfile()
    const attempt = async (unchangedGrace: number, fullName: string) => {
      const refresh = refreshTo({ ...before, fullName }, { unchangedGrace })
      return (await profiles.candidates(base, null, refresh)).isRefreshed
    }
    expect(await attempt(300, 'One')).toBe(true)
    expect(await attempt(300, 'Two')).toBe(false)
    await sleep(300)
    expect(await attempt(0, 'Two')).toBe(true)
    expect(await attempt(0, 'Three')).toBe(true)
  })
})

describe('profiles that are looked for together', () => {
  it('are refreshed each, whether others are or not', async () => {
    const { profiles } = await emptied()
    const users = Array.from({ length: 40 }, (_, n) => ({ ...before, username: `user-${n}` }))
    const there = users.filter((_, n) => n % 4 !== 0)
    for (const user of there) await profiles.create(baseOf(user.username), profileOf(user), null)
    const found = await Promise.all(
      users.map((user, n) => {
        const given = n % 2 === 0 ? ([refreshTo({ ...user, fullName: 'New' })] as const) : []
        return profiles.candidates(baseOf(user.username), null, ...given)
      }),
    )
    expect(found.map((one) => one.profiles.map(({ user }) => user.username))).toEqual(
      users.map(({ username }, n) => (n % 4 === 0 ? [] : [username])),
    )
    expect(found.map(({ isRefreshed }) => isRefreshed)).toEqual(users.map((_, n) => n % 4 === 2))
    const stored = await profiles.find(there.map(({ username }) => uidOf(baseOf(username), 0)))
    const refreshed = stored.filter(({ seqNo, user }) => seqNo === 1 && user.fullName === 'New')
    expect(refreshed.map(({ user }) => user.username).sort()).toEqual(
      users.flatMap(({ username }, n) => (n % 4 === 2 ? [username] : [])).sort(),
    )
    expect(stored.filter(({ seqNo }) => seqNo === 0)).toHaveLength(20)
  })

  it('are refreshed by the first that asks, of those who ask for one', async () => {
    const { profiles, stored } = await withProfile()
    const [same, other] = [refreshTo(before), refreshTo({ ...before, fullName: 'Other' })]
    const asked = [same, undefined, same, other]
    const found = await Promise.all(asked.map((refresh) => profiles.candidates(base, null, refresh)))
    expect(found.map(({ isRefreshed }) => isRefreshed)).toEqual([true, false, false, false])
    expect(found.map((one) => one.profiles)).toEqual(found.map(() => [stored]))
    expect(await profiles.find([stored.uid])).toMatchObject([{ seqNo: 2, user: before }])
  })
})
