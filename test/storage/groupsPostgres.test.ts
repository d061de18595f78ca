import { sqltag as sql } from '@prisma/client/runtime/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Profile } from '../../src/profile/profile.ts'
import { baseOf, uidOf } from '../../src/profile/uid.ts'
import { connect } from '../../src/storage/database.ts'
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
      await users.put({ ...user, username })
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

describe('a prepared statement', () => {
  it.each([
    ['that the server has forgotten', 'DEALLOCATE ALL'],
    ['whose columns are of another type now', 'ALTER TABLE profiles ALTER COLUMN email TYPE varchar(6000)'],
  ])('%s is made without', async (_, change) => {
    const database = await newDatabase()
    onTestFinished(database.remove)
    const { client, statement, close } = await connect({ ...optionsFor(database), poolSize: 1 })
    onTestFinished(close)
    const emails = sql`SELECT "email" FROM "profiles"`
    for (let n = 0; n < 2; n += 1) expect(await statement(emails)).toEqual([])
    await client.$executeRawUnsafe(change)
    for (let n = 0; n < 2; n += 1) expect(await statement(emails)).toEqual([])
  })
})
