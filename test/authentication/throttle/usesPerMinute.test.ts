import { describe, expect, it } from 'vitest'
import { createUsesPerMinute } from '../../../src/authentication/throttle/usesPerMinute.ts'

const who = (username: string, realm = 'native', via: string | null = null) => ({
  username,
  realm: { name: realm, type: 'native', domain: null },
  via,
  apiKey: null,
})

describe('the uses of one user', () => {
  it('may be so many in a minute, all at once, then one after another', () => {
    let now = 1_800_000_000_000
    const countUse = createUsesPerMinute(30, () => now)
    const uses = () =>
      Array.from({ length: 40 }, () => countUse(who('ada'))).filter((wait) => wait === null).length
    expect([uses(), countUse(who('ada'))]).toEqual([30, 2])
    now += 1_999
    expect(countUse(who('ada'))).toBe(1)
    now += 1
    expect([uses(), countUse(who('ada'))]).toEqual([1, 2])
    now += 60_000
    expect(uses()).toBe(30)
  })

  it('are nobody else’s, of another name, another realm or another server', () => {
    const countUse = createUsesPerMinute(1, () => 0)
    expect([countUse(who('ada')), countUse(who('ada'))]).toEqual([null, 60])
    const others = [who('eve'), who('ada', 'corp'), who('ada', 'native', 'cluster')]
    expect(others.map(countUse)).toEqual([null, null, null])
  })
})
