import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createReadWhole } from '../../../src/authentication/apiKeys/readWhole.ts'
import { failureOf } from '../../../src/errors.ts'
import { createAnswersMemory } from '../../../src/graphql/answersMemory.ts'

const selection = { ids: null, name: null, username: null, realmName: null, owner: null, activeOnly: false }

/** A store of so many keys, which are nothing themselves. */
function storeOf(count: number) {
  let underWay = 0
  const most = { underWay: 0 }
  return {
    most,
    async ids(_: unknown, page: { size: number } | null) {
      underWay += 1
      most.underWay = Math.max(most.underWay, underWay)
      await setImmediate()
      underWay -= 1
      return Array.from({ length: Math.min(count, page?.size ?? count) }, (_, n) => `${n}`.padStart(20, 'x'))
    },
    list: () => Promise.resolve([]),
  }
}

describe('the ids of the keys that are asked for', () => {
  it('are read one list after the other, as long as there is memory for them', async () => {
    const answerMemory = createAnswersMemory(1_000_000)
    const store = storeOf(5_000)
    const readWhole = createReadWhole(store)
    const asked = Array.from({ length: 10 }, () => readWhole(selection, null, answerMemory().read))
    const outcomes = await Promise.allSettled(asked)
    expect(store.most.underWay).toBe(1)
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [failureOf(one.reason).code] : []))
    expect(refused).toContain('UNAVAILABLE')
  })

  it('are 100,000 at most', async () => {
    const read = createAnswersMemory()().read
    expect(await createReadWhole(storeOf(100_000))(selection, null, read)).toEqual([])
    await expect(createReadWhole(storeOf(1_000_000))(selection, null, read)).rejects.toMatchObject({
      code: 'TOO_LARGE',
    })
  })
})
