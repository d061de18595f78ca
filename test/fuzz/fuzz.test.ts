import { afterAll, describe, expect, it } from 'vitest'
import { throwawayDatabases } from '../support/throwawayDatabase.ts'
import { described, fuzz, sampleOf, targets } from './fuzz.ts'
import { growthOf, heapSizes, mostGrowth } from './growth.ts'
import { openSession } from './session.ts'
import { startWatchedGateway } from './watchedGateway.ts'

const databases = await throwawayDatabases('sqlite')
const gateway = await startWatchedGateway(await databases.create())
const session = await openSession(gateway)
afterAll(async () => {
  session.close()
  await gateway.stop()
  await databases.remove()
})

const byChance = Math.floor(Math.random() * 2 ** 31)
process.stdout.write(`fuzz: seed ${byChance}\n`)

describe.each([
  ['always the same', 1],
  ['of chance', byChance],
])('with a seed that is %s', (_, seed) => {
  it.each(Object.keys(targets))(
    '%s are answered in the form of their door, whatever they hold',
    { timeout: 120_000 },
    async (name) => {
      const only = new RegExp(`^${name}$`)
      const failures = await fuzz({ session, seed, until: 0, only, requests: 25 })
      expect(failures.map(described)).toEqual([])
    },
  )
})

it('the same requests, again and again, leave nothing in the heap', { timeout: 240_000 }, async () => {
  const sizes = await heapSizes({ session, memory: gateway.memory, requests: sampleOf(1, 140) })
  expect(growthOf(sizes), sizes.join(', ')).toBeLessThan(mostGrowth)
})
