import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { indented, indentedLength } from '../../src/elasticsearch/indented.ts'
import { basic, createTestApp, elastic, rest, type TestApp } from '../support/testApp.ts'
import { jacknich, jacknichUid, loginBackend, provision } from '../support/people.ts'

/** So many zeros in lists in lists. */
function zeros(count: number, levels: number): unknown {
  let value: unknown = Array.from({ length: count }, () => 0)
  for (let level = 1; level < levels; level++) value = [value]
  return value
}

describe('an indented text', () => {
  it('is as long as was reckoned', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(indentedLength(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2).length)
      }),
    )
  })

  it.each([
    ['a few values, however deep', zeros(1_000, 96)],
    ['many values', zeros(199_000, 3)],
    ['long texts', ['x'.repeat(20_000_000)]],
  ])('is made of %s', (_, value) => {
    expect(indented(value)).toBe(`${JSON.stringify(value, null, 2)}\n`)
  })

  it('is on one line where it would be far too long', () => {
    const value = Array.from({ length: 20 }, () => zeros(199_000, 96))
    expect(indented(value)).toBe(JSON.stringify(value))
  })
})

describe('an answer with ?pretty', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await createTestApp()
    await provision(app.fetch)
    const grant = { grant_type: 'password', ...jacknich }
    await rest(app.fetch, 'POST', '/_security/profile/_activate', loginBackend, grant)
  })
  afterAll(() => app.close())

  it.each([
    ['is indented', 3, true],
    ['is on one line where it would be far too long', 90, false],
  ])('%s', async (_, levels, isIndented) => {
    const data = { app: zeros(190_000, levels) }
    const path = `/_security/profile/${jacknichUid}`
    expect((await rest(app.fetch, 'PUT', `${path}/_data`, elastic, { data })).status).toBe(200)
    const headers = { authorization: basic(loginBackend) }
    const answer = await app.fetch(`${path}?data=*&pretty`, { headers })
    const text = await answer.text()
    expect([answer.status, text.includes('\n')]).toEqual([200, isIndented])
    expect(JSON.parse(text)).toMatchObject({ profiles: [{ data }] })
  })
})
