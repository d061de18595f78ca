import { sqltag as sql } from '@prisma/client/runtime/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Profile } from '../../src/profile/profile.ts'
import { baseOf, uidOf } from '../../src/profile/uid.ts'
import { connect, openDatabase } from '../../src/storage/database.ts'
import { groundless } from '../support/groundless.ts'
import { lockWaits } from '../support/lockWaits.ts'
import { newDatabase, optionsFor, prepared } from '../support/testDatabase.ts'

function profileOf(username: string): Profile {
  return {
    uid: uidOf(baseOf(username), 0),
    enabled: true,
    lastSynchronized: 1_642_650_651_037,
    user: {
      ...{ username, roles: [], fullName: null, email: null },
      realm: { name: 'native', type: 'native', domain: null },
    },
    labels: {},
    seqNo: 0,
  }
}

const usernames = Array.from({ length: 20 }, (_, n) => `user-${n}`)

describe('profiles that are written together', () => {
  const emptied = prepared()

  it.each([
    ['the profile', `SELECT 1 FROM profiles WHERE username = 'user-7' FOR UPDATE`],
    ['the user', `UPDATE users SET enabled = enabled WHERE username = 'user-7'`],
  ])('do not wait for the one of which somebody else holds %s', async (_, hold) => {
    const { profiles, users, run } = await emptied()
    const user = { passwordHash: '', roles: [], fullName: null, email: null, metadata: {}, enabled: true }
    for (const username of usernames) {
      await users.put({ ...user, username }, groundless)
      await profiles.create(baseOf(username), profileOf(username), null)
    }
    const bases = await Promise.all(usernames.map(async (name) => (await users.find(name))?.basis ?? null))
    await run('BEGIN')
    await run(hold)
    const written = usernames.map((name, n) =>
      profiles.refresh({ ...profileOf(name), seqNo: 1 }, bases[n] ?? null),
    )
    const others = await Promise.all(written.filter((_, n) => n !== 7))
    expect(others).toEqual(others.map(() => true))
    await run('ROLLBACK')
    expect(await written[7]).toBe(true)
  })
})

describe('profiles that two gateways write at once', () => {
  async function gateways() {
    const database = await newDatabase()
    onTestFinished(database.remove)
    const [one, other] = [await openDatabase(optionsFor(database)), await openDatabase(optionsFor(database))]
    const close = () => Promise.all([one.close(), other.close()])
    onTestFinished(async () => {
      await close()
    })
    return {
      run: database.run,
      one: one.profiles,
      other: other.profiles,
      /** How many statements had to be undone, since they waited for each other. A connection tells so when it ends. */
      deadlocks: async () => {
        await close()
        const open = `SELECT count(*)::int FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`
        await expect.poll(() => database.run(open)).toEqual([[0]])
        const counted = `SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`
        return (await database.run(counted))[0]?.[0]
      },
    }
  }
  const rounds = Array.from({ length: 30 }, (_, round) => round + 1)

  it('are all written, in whatever order they come, though somebody else holds some of them', async () => {
    const { run, one, other, deadlocks } = await gateways()
    await Promise.all(usernames.map((name) => one.create(baseOf(name), profileOf(name), null)))
    for (const seqNo of rounds) {
      await run('BEGIN')
      await run(`SELECT 1 FROM profiles WHERE username IN ('user-3', 'user-11') FOR UPDATE`)
      const next = usernames.map((name) => ({ ...profileOf(name), seqNo }))
      const here = next.map((profile) => one.refresh(profile, null))
      const there = next.toReversed().map((profile) => other.refresh(profile, null))
      await Promise.race([...here, ...there])
      await run('ROLLBACK')
      const written = (await Promise.all([...here, ...there])).filter(Boolean)
      expect(written).toHaveLength(usernames.length)
    }
    expect(await deadlocks()).toBe(0)
  })

  it('never have both wait, in whatever order they come, be they new to both or to one', async () => {
    const { run, one, other, deadlocks } = await gateways()
    await Promise.all(usernames.map((name) => one.create(baseOf(name), profileOf(name), null)))
    const waiting = `SELECT count(*)::int FROM ${lockWaits('profiles')}`
    for (const seqNo of rounds) {
      const names = [...usernames, ...usernames.map((name) => `${name}-${seqNo}`)]
      const writes = (gateway: typeof one, refreshed: 0 | 1) =>
        names.map(
          (name, n) => () =>
            n < usernames.length && n % 2 === refreshed
              ? gateway.refresh({ ...profileOf(name), seqNo }, null)
              : gateway.create(baseOf(name), profileOf(name), null),
        )
      // So that they begin at once.
      await run('BEGIN')
      await run('LOCK TABLE profiles')
      const all = Promise.all([...writes(one, 0), ...writes(other, 1).toReversed()].map((write) => write()))
      await expect.poll(() => run(waiting), { interval: 5 }).toEqual([[2]])
      await run('ROLLBACK')
      expect((await all).filter(Boolean)).toHaveLength(names.length)
    }
    expect(await deadlocks()).toBe(0)
  })
})

describe('a prepared statement', () => {
  it.each([
    ['that the server has forgotten', 'DEALLOCATE ALL'],
    ['whose columns are of another type now', 'ALTER TABLE profiles ALTER COLUMN email TYPE varchar(6000)'],
  ])('%s is made without', async (_, change) => {
    const database = await newDatabase()
    onTestFinished(database.remove)
    const { client, prepare, close } = await connect({ ...optionsFor(database), poolSize: 1 })
    onTestFinished(close)
    const readEmails = prepare(sql`SELECT "email" FROM "profiles"`)
    for (let n = 0; n < 2; n += 1) expect(await readEmails('')).toEqual([])
    await client.$executeRawUnsafe(change)
    for (let n = 0; n < 2; n += 1) expect(await readEmails('')).toEqual([])
  })
})
