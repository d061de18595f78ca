import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase, type Database } from '../../src/storage/database.ts'
import { groundless } from '../support/groundless.ts'
import { databaseName, newDatabase, optionsFor, type NewDatabase } from '../support/testDatabase.ts'
import { activateOn, application, jacknich, jacknichGrant, profileOf, provision } from './activating.ts'

// Only one gateway can have an SQLite database.
describe.runIf(databaseName === 'postgresql')('gateways whose clocks are ten minutes apart', () => {
  const tenMinutes = 600_000
  let made: NewDatabase
  let slow: Database
  let fast: Database
  beforeAll(async () => {
    made = await newDatabase()
    const open = (offset: number) =>
      openDatabase(optionsFor({ url: made.url, clock: () => Date.now() + offset }))
    slow = await open(-tenMinutes / 2)
    fast = await open(tenMinutes / 2)
    await provision(slow)
  })
  afterAll(async () => {
    await Promise.all([slow.close(), fast.close()])
    await made.remove()
  })

  it('agree about the time, and about what has just been activated', async () => {
    const [one, other] = [activateOn(slow), activateOn(fast)]
    const activate = (by: typeof one) => profileOf(by(application, jacknichGrant))
    const first = await activate(one)
    expect(await activate(other)).toEqual(first)
    expect(await activate(one)).toEqual(first)
    expect(Math.abs(first.lastSynchronized - Date.now())).toBeLessThan(60_000)

    await fast.users.put({ ...jacknich, fullName: 'Jack' }, groundless)
    const second = await activate(other)
    expect(second.lastSynchronized).toBeGreaterThan(first.lastSynchronized)
    expect(await activate(one)).toEqual(second)
    await slow.users.put({ ...jacknich, fullName: 'John' }, groundless)
    const third = await activate(one)
    expect(third.lastSynchronized).toBeGreaterThan(second.lastSynchronized)
    expect(third.seqNo).toBe(2)
  })
})
