import { describe, expect, it, onTestFinished } from 'vitest'
import type { Profile } from '../../src/profile/profile.ts'
import { baseOf, uidOf } from '../../src/profile/uid.ts'
import { openDatabase, type Database } from '../../src/storage/database.ts'
import { databaseOfTest, optionsFor } from '../support/testDatabase.ts'
import {
  activateOn,
  application,
  jacknich,
  jacknichGrant,
  native,
  profileOf,
  provision,
} from './activating.ts'
import { activateMineOn, callerOf, ownProfile } from './activatingMine.ts'

const uid = uidOf(baseOf('jacknich'), 0)

/** A gateway that has just started, on a database in which there is a profile of long ago; and all that it writes by itself. */
async function gateway(others: Partial<Profile> = {}) {
  const opened = await openDatabase(optionsFor(await databaseOfTest()))
  onTestFinished(opened.close)
  const written: string[] = []
  const profiles: Database['profiles'] = {
    ...opened.profiles,
    create: (...given) => (written.push('create'), opened.profiles.create(...given)),
    refresh: (...given) => (written.push('refresh'), opened.profiles.refresh(...given)),
  }
  const stores = { ...opened, profiles }
  await provision(stores)
  const { username, roles, fullName, email } = jacknich
  const user = { username, roles, fullName, email, realm: native }
  const before = { uid, enabled: true, lastSynchronized: 0, user, labels: {}, seqNo: 0, ...others }
  await opened.profiles.create(baseOf('jacknich'), before, null)
  return {
    ...{ stores, before, written },
    activate: () => profileOf(activateOn(stores)(application, jacknichGrant)),
    activateMine: async () => activateMineOn(stores)(await callerOf(stores, 'jacknich')),
    stored: async () => (await opened.profiles.find([uid]))[0],
  }
}

describe('an activation on PostgreSQL', () => {
  it.each([
    ['in use', true],
    ['disabled', false],
  ])('refreshes and enables a profile that is %s as it finds it', async (_, enabled) => {
    const { activate, before, stored, written } = await gateway({ enabled })
    const answer = await activate()
    expect(answer).toEqual({ ...before, enabled: true, lastSynchronized: answer.lastSynchronized, seqNo: 1 })
    expect(answer.lastSynchronized).toBeGreaterThan(0)
    expect(await stored()).toEqual(answer)
    expect(written).toEqual([])
  })

  it('leaves a profile as it is that was just activated by another gateway', async () => {
    const { activate, before, stored, written } = await gateway({ lastSynchronized: Date.now() + 3_600_000 })
    expect(await activate()).toEqual(before)
    expect(await stored()).toEqual(before)
    expect(written).toEqual([])
  })
})

describe('an activation of oneself on PostgreSQL', () => {
  it('refreshes a profile that is in use as it finds it', async () => {
    const { activateMine, before, stored, written } = await gateway()
    const answer = await ownProfile(activateMine())
    expect(answer).toEqual({ ...before, lastSynchronized: answer.lastSynchronized, seqNo: 1 })
    expect(await stored()).toEqual(answer)
    expect(written).toEqual([])
  })

  it('does not enable a profile that is disabled', async () => {
    const { activateMine, before, stored, written } = await gateway({ enabled: false })
    expect(await activateMine()).toMatchObject({ kind: 'ProfileDisabled' })
    expect(await stored()).toEqual(before)
    expect(written).toEqual([])
  })
})
