import { describe, expect, it } from 'vitest'
import { databases, prepared } from '../databases.ts'
import { atOnce } from './concurrency.ts'

describe.each(databases)('the name of the cluster on $name', (database) => {
  const emptied = prepared(database)

  it('is one UUID, whoever asks first and however many at once', async () => {
    const { clusterUuid } = await emptied()
    const uuids = new Set(await atOnce(64, clusterUuid))
    expect([...uuids]).toEqual([expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)])
  })

  it('stays', async () => {
    const { clusterUuid } = await emptied()
    expect(await clusterUuid()).toBe(await clusterUuid())
  })

  it('is another for each database', async () => {
    const { clusterUuid } = await emptied()
    const other = await database.open()
    expect(await other.clusterUuid()).not.toBe(await clusterUuid())
    await other.close()
  })
})
