import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createProvenCredentials } from '../../../src/authentication/cluster/provenCredentials.ts'
import type { Grant } from '../../../src/authentication/credentials.ts'

const memory = (size = 100_000) => createProvenCredentials<object>({ ttl: 60_000, size, clock: () => 0 })
const password = (username: string, secret: string): Grant => ({
  kind: 'password',
  username,
  password: secret,
})
const token = (text: string, clientSecret: string | null): Grant => ({
  kind: 'accessToken',
  token: text,
  clientSecret,
})

describe('the name under which credentials are remembered', () => {
  const remembered = memory()
  const keyOf = (credentials: Grant) => remembered.keyOf(credentials)

  it('is the same for the same, and another for every other', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.constantFrom('', '1:a', ':', 'a', '8:password', 'password'),
    )
    const credentials = fc.oneof(
      fc.tuple(text, text).map(([one, other]) => password(one, other)),
      fc.tuple(text, fc.option(text)).map(([one, other]) => token(one, other)),
    )
    fc.assert(
      fc.property(credentials, credentials, (one, other) => {
        expect(keyOf(one) === keyOf(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
      { numRuns: 5_000 },
    )
  })

  it.each([
    [password('ab', 'c'), password('a', 'bc')],
    [password('a', '1:b'), password('a1:b', '')],
    [token('a', null), token('a', '')],
    [token('a', 'b'), password('a', 'b')],
    [token('a1:b', null), token('a', 'b')],
  ])('tells %j from %j', (one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other))
  })

  it('says nothing of them to who has not the key of this process', () => {
    const credentials = password('clara', 'secret')
    expect(memory().keyOf(credentials)).not.toBe(keyOf(credentials))
    expect(keyOf(credentials)).toMatch(/^[\w+/]{43}=$/)
  })
})

describe('what is remembered', () => {
  it('takes about 64 MB at most, whatever clusters say of users', () => {
    const remembered = memory()
    const large = { metadata: { text: 'x'.repeat(1_000_000) } }
    for (let index = 0; index < 40; index++) remembered.remember(String(index), large, 0)
    const kept = Array.from({ length: 40 }, (_, index) => index).filter((index) =>
      remembered.find(String(index)),
    )
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 40 - kept.length + index))
    expect(kept.length).toBeGreaterThan(25)
    expect(kept.length).toBeLessThan(35)
  })

  it('is counted by what is in it, not by its text alone', () => {
    const remembered = memory()
    const hollow = () => ({ metadata: { list: Array.from({ length: 100_000 }, () => ({})) } })
    for (let index = 0; index < 5; index++) remembered.remember(String(index), hollow(), 0)
    // Of 300 KB of text each is taken for 20 MB.
    expect(remembered.size()).toBe(3)
  })

  it('does not live longer because the clock was put back', () => {
    let now = 1_000_000
    const remembered = createProvenCredentials<object>({ ttl: 60_000, size: 1, clock: () => now })
    remembered.remember('key', {}, now)
    now -= 1
    expect(remembered.find('key')).toBeNull()
    now += 1
    expect(remembered.find('key')).toBeNull()
  })
})
