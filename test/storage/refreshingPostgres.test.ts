import { describe, expect, it, onTestFinished } from 'vitest'
import type { Profile, ProfileUser } from '../../src/profile/profile.ts'
import type { Refresh } from '../../src/profile/repository.ts'
import { baseOf, uidOf } from '../../src/profile/uid.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { groundless } from '../support/groundless.ts'
import { databaseOfTest, optionsFor } from '../support/testDatabase.ts'

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
  return { user, enables: true, unchangedGrace: 30_000, ...others }
}

/** A gateway that has just started, on a database with nothing in it. */
async function started() {
  const database = await databaseOfTest()
  const opened = await openDatabase(optionsFor(database))
  onTestFinished(opened.close)
  return { ...opened, run: database.run }
}

/** One of these profiles is there already, and has labels. */
async function withProfile(others: Partial<Profile> = {}) {
  const stores = await started()
  const profile = profileOf(before, others)
  await stores.profiles.create(base, profile, null)
  const labels = { direction: 'north' }
  const stored = { ...profile, labels, seqNo: 1 }
  await stores.profiles.setData(stored, { app: { theme: 'dark' } })
  return { ...stores, stored }
}

const justNow = () => ({ lastSynchronized: Date.now() })

describe('the profile that is looked for by an activation', () => {
  it.each<[string, Partial<ProfileUser>]>([
    ['another full name', { fullName: 'Jack' }],
    ['a full name that is none now', { fullName: null }],
    ['no email address', { email: 'jacknich@example.com' }],
    ['other roles', { roles: ['admin'] }],
    ['its roles in another order', { roles: ['other_role1', 'admin'] }],
    ['another domain', { realm: { ...before.realm, domain: 'd1' } }],
  ])('is refreshed right then where it says %s', async (_, changes) => {
    const { profiles, stored } = await withProfile(justNow())
    const user = { ...before, ...changes }
    const found = await profiles.candidates(base, null, refreshTo(user))
    expect(found).toMatchObject({ stands: true, profiles: [stored], isRefreshed: true })
    const next = { ...stored, user, lastSynchronized: found.now, seqNo: 2 }
    expect(await profiles.findWithData([stored.uid])).toEqual([{ ...next, data: { app: { theme: 'dark' } } }])
  })

  it.each<[string, Partial<Profile>, Partial<Refresh>]>([
    ['was activated long ago', {}, {}],
    ['was activated long ago, by one that enables nothing', {}, { enables: false }],
    ['was activated just now, without a grace', justNow(), { unchangedGrace: 0 }],
    ['was activated just now, and is disabled', { ...justNow(), enabled: false }, {}],
  ])('is refreshed right then where it %s', async (_, others, how) => {
    const { profiles, stored } = await withProfile(others)
    const found = await profiles.candidates(base, null, refreshTo(before, how))
    expect(found).toMatchObject({ profiles: [stored], isRefreshed: true })
    const next = { ...stored, enabled: true, lastSynchronized: found.now, seqNo: 2 }
    expect(await profiles.find([stored.uid])).toEqual([next])
  })

  it('never goes back in time', async () => {
    const later = Date.now() + 60_000
    const { profiles, stored } = await withProfile({ lastSynchronized: later })
    expect(await profiles.candidates(base, null, refreshTo({ ...before, fullName: null }))).toMatchObject({
      isRefreshed: true,
    })
    expect(await profiles.find([stored.uid])).toMatchObject([{ lastSynchronized: later, seqNo: 2 }])
  })

  it.each<[string, Partial<Profile>, ProfileUser, Partial<Refresh>?]>([
    ['was activated just now', justNow(), before],
    ['is disabled, and is to stay so', { enabled: false }, before, { enables: false }],
    ['is of another realm', {}, { ...before, realm: { ...before.realm, name: 'native2' } }],
    ['is of a realm of another type', {}, { ...before, realm: { ...before.realm, type: 'jwt' } }],
    ['is of another user', { user: { ...before, username: 'Jacknich' } }, before],
  ])('is left as it is where it %s', async (_, others, user, how) => {
    const { profiles, stored } = await withProfile(others)
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

  it('is refreshed right then without its labels where they are large, and keeps them', async () => {
    const { profiles, stored } = await withProfile()
    const large = { ...stored, labels: { text: 'ü'.repeat(100_000) }, seqNo: 2 }
    await profiles.setData(large, {})
    const found = await profiles.candidates(base, null, refreshTo(before))
    expect(found).toMatchObject({ profiles: [{ ...large, labels: null }], isRefreshed: true })
    const next = { ...large, lastSynchronized: found.now, seqNo: 3 }
    expect(await profiles.findWithData([stored.uid])).toEqual([{ ...next, data: {} }])
  })

  it('is left as it is once the user was written', async () => {
    const { profiles, users, stored } = await withProfile()
    await users.put(user, groundless)
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
    await users.put(user, groundless)
    const basis = (await users.find('jacknich'))?.basis ?? null
    await run('BEGIN')
    await run(hold)
    const found = await profiles.candidates(base, basis, refreshTo(before))
    await run('COMMIT')
    expect(found).toMatchObject({ stands: true, isRefreshed: false, profiles: [stored] })
    expect(await profiles.find([stored.uid])).toEqual([stored])
  })
})

describe('a profile that an activation has just refreshed', () => {
  it('is only read by the next one here', async () => {
    const { profiles, stored } = await withProfile()
    const attempt = async (fullName: string) =>
      (await profiles.candidates(base, null, refreshTo({ ...before, fullName }))).isRefreshed
    expect([await attempt('One'), await attempt('Two')]).toEqual([true, false])
    expect(await profiles.find([stored.uid])).toMatchObject([{ seqNo: 2, user: { fullName: 'One' } }])
  })
})

describe('a profile that is only read', () => {
  it('is there while the writes of others are not done yet', async () => {
    const { profiles, run } = await withProfile()
    // Each commit waits for this lock, as for a disk that is slow.
    await run(
      `CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END'`,
    )
    await run(
      `CREATE CONSTRAINT TRIGGER waits AFTER UPDATE ON profiles DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()`,
    )
    await run('SELECT pg_advisory_lock(1)')
    let isDone = false
    const write = profiles.candidates(base, null, refreshTo(before)).then(({ isRefreshed }) => {
      isDone = true
      return isRefreshed
    })
    // Of others, in the same turn: it would be made for both.
    expect((await profiles.candidates(baseOf('other'), null)).profiles).toEqual([])
    expect(isDone).toBe(false)
    await run('SELECT pg_advisory_unlock(1)')
    expect(await write).toBe(true)
  })

  it('comes from a database that can only be read', async () => {
    const { profiles, run, stored, ...opened } = await withProfile()
    const [[name]] = (await run('SELECT current_database()')) as [[string]]
    await run(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    await run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    )
    const checked = () => opened.check().then(String, String)
    await expect.poll(checked).toMatch(/may only be read/)
    expect(await profiles.candidates(base, null, refreshTo(before))).toMatchObject({
      profiles: [stored],
      isRefreshed: false,
    })
  })
})

describe('profiles that are looked for together', () => {
  it('are refreshed each, whether others are or not', async () => {
    const { profiles } = await started()
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

  it('are refreshed once for each that asks, though they are of one user', async () => {
    const { profiles, stored } = await withProfile()
    const asked = Array.from({ length: 20 }, (_, n) =>
      refreshTo({ ...before, fullName: `${n}` }, { unchangedGrace: 0 }),
    )
    const found = await Promise.all(asked.map((refresh) => profiles.candidates(base, null, refresh)))
    // Where a statement takes long, the next does not wait for it, and leaves what that is writing.
    const refreshed = found.filter(({ isRefreshed }) => isRefreshed)
    expect(new Set(refreshed.map((one) => one.profiles[0]?.seqNo)).size).toBe(refreshed.length)
    expect(refreshed.length).toBeGreaterThan(1)
    expect(await profiles.find([stored.uid])).toMatchObject([{ seqNo: 1 + refreshed.length }])
  })
})
