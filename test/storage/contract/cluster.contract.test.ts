import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../../src/storage/database.ts'
import { newDatabase, optionsFor, type NewDatabase } from '../../support/testDatabase.ts'

describe('the name of the cluster', () => {
  it('is one UUID, which stays', async () => {
    const database = await removedAfterwards()
    const uuid = await nameOf(database)
    expect(uuid).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
    expect(await nameOf(database)).toBe(uuid)
  })

  it('is another for each database', async () => {
    const [one, other] = [await removedAfterwards(), await removedAfterwards()]
    expect(await nameOf(one)).not.toBe(await nameOf(other))
  })
})

async function removedAfterwards(): Promise<NewDatabase> {
  const database = await newDatabase()
  onTestFinished(() => database.remove())
  return database
}

async function nameOf(database: NewDatabase): Promise<string> {
  const { clusterUuid, close } = await openDatabase(optionsFor(database))
  await close()
  return clusterUuid
}
