import { setTimeout } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { startSweeper } from '../../../src/authentication/tokens/sweeper.ts'
import { prepared } from '../../support/testDatabase.ts'

const start = 1_800_000_000_000
const day = 86_400_000
const lifetimes = { access: 1_000, refresh: day, remembered: day }
const pair = {
  parent: null,
  username: 'ada',
  realmName: 'corp',
  realmType: 'jwt',
  apiKeyId: null,
  snapshot: { roles: [], fullName: null, email: null, metadata: {} },
  client: { username: 'app', realm: { name: 'native', type: 'native' } },
}
const unexpected = (cause: unknown) => {
  throw cause
}

describe('the sweeper', () => {
  const emptied = prepared()

  async function withPairs(count: number) {
    const database = await emptied()
    await database.setTime(start)
    for (let n = 0; n < count; n++) {
      await database.tokens.create({ ...pair, accessHash: `a${n}`, refreshHash: `r${n}` }, lifetimes, null)
    }
    return database
  }

  it('wipes salts a minute after their use, and removes what is a day past its end', async () => {
    const { tokens, apiKeys, setTime, run } = await withPairs(3)
    await tokens.use('a0', 'salt', null)
    const stop = startSweeper({ tokens, apiKeys, attempts: null, report: unexpected, pause: 5 })
    await setTime(start + 60_000)
    await setTimeout(50)
    expect(await tokens.find({ accessHash: 'a0' })).toMatchObject({ refresh: { salt: 'salt' } })
    await setTime(start + 60_001)
    await vi.waitFor(async () => {
      expect(await tokens.find({ accessHash: 'a0' })).toMatchObject({ refresh: { salt: null } })
    })
    await setTime(start + 2 * day)
    await vi.waitFor(async () => {
      expect(await run('SELECT * FROM tokens')).toEqual([])
    })
    await stop()
  })

  it('removes API keys that nobody misses', async () => {
    const { tokens, apiKeys, setTime, run } = await withPairs(0)
    const realm = { name: 'native', type: 'native' }
    const key = {
      id: 'key',
      keyHash: 'hash',
      name: 'a key',
      parent: null,
      owner: { username: 'ada', realm, via: null },
      roleDescriptors: [],
      limitedBy: [],
      metadata: {},
    }
    await apiKeys.create(key, { valid: 1_000, retained: day, most: 1 }, null)
    const stop = startSweeper({ tokens, apiKeys, attempts: null, report: unexpected, pause: 5 })
    await setTime(start + day + 999)
    await setTimeout(50)
    expect(await run('SELECT id FROM api_keys')).toEqual([['key']])
    await setTime(start + day + 1_000)
    await vi.waitFor(async () => {
      expect(await run('SELECT id FROM api_keys')).toEqual([])
    })
    await stop()
  })

  it('goes on after an error, which it reports', async () => {
    const { tokens, apiKeys } = await withPairs(0)
    const causes: unknown[] = []
    let fails = true
    const wipeSalts = (age: number) => {
      if (!fails) return tokens.wipeSalts(age)
      fails = false
      return Promise.reject(new Error('not now'))
    }
    const removeOld = vi.fn(() => tokens.removeOld())
    const stop = startSweeper({
      tokens: { wipeSalts, removeOld },
      apiKeys,
      attempts: null,
      report: (cause) => causes.push(cause),
      pause: 5,
    })
    await vi.waitFor(() => {
      expect(removeOld).toHaveBeenCalled()
    })
    await stop()
    expect(causes).toEqual([new Error('not now')])
  })

  it('has stopped once it says so', async () => {
    const { tokens, apiKeys } = await withPairs(0)
    const wipeSalts = vi.fn((age: number) => tokens.wipeSalts(age))
    const stop = startSweeper({
      tokens: { ...tokens, wipeSalts },
      apiKeys,
      attempts: null,
      report: unexpected,
      pause: 1,
    })
    await vi.waitFor(() => {
      expect(wipeSalts).toHaveBeenCalled()
    })
    await stop()
    const { length } = wipeSalts.mock.calls
    await setTimeout(20)
    expect(wipeSalts.mock.calls).toHaveLength(length)
  })
})
