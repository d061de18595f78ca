import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { filterPath } from '../../src/elasticsearch/filterPath.ts'
import { isObject, type JsonValue } from '../../src/json.ts'
import { wildcard } from '../../src/wildcard.ts'
import { basic, createTestApp, elastic } from '../support/testApp.ts'

describe('what filter_path leaves of an answer', () => {
  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      fc.nat(9),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.stringMatching(/^[ab*]{0,3}$/), tie('value'), { noNullPrototype: true }),
    ),
  }))
  const path = fc.stringMatching(/^[ab*]{0,3}(\.([ab*]{0,2}|\*\*)){0,3}$/).map((text) => text || 'a')
  const sign = fc.constantFrom('', '-')
  const filter = fc.array(
    fc.tuple(sign, path).map((parts) => parts.join('')),
    { minLength: 1, maxLength: 4 },
  )

  it('is what each path leaves where all names are looked at one by one', () => {
    fc.assert(
      fc.property(value, filter, (body, paths) => {
        const included = paths.filter((one) => !one.startsWith('-'))
        const excluded = paths.filter((one) => one.startsWith('-')).map((one) => one.slice(1))
        const kept = included.length > 0 ? (keep(body, included, true) ?? {}) : body
        const left = excluded.length > 0 ? (keep(kept, excluded, false) ?? {}) : kept
        expect(filterPath(body, paths.join())).toEqual(left)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is found also where more places are reached than are remembered', () => {
    const letters = Array.from('abcdefghijklm')
    const body = Object.fromEntries(
      Array.from({ length: 2 ** letters.length }, (_, n) => [
        letters.filter((_letter, bit) => (n >> bit) & 1).join(''),
        { a: n, z: { z: n } },
      ]),
    )
    const paths = letters.map((letter) => `*${letter}*.${letter}`)
    expect(filterPath(body, paths.join())).toEqual(keep(body, paths, true))
    expect(filterPath(body, `-**.z,${paths.map((one) => `-${one}`).join()}`)).toEqual(
      keep(body, [...paths, '**.z'], false),
    )
  })

  it('is found in time where as many names as can be are looked for everywhere', () => {
    const zeros = Array.from({ length: 200_000 }, () => 0)
    const body = { lists: Array.from({ length: 300 }, () => zeros), in: { z7: 1 } }
    const paths = Array.from({ length: 83 }, (_, n) => `**.*.z${n}`)
    expect(filterPath(body, paths.join())).toEqual({ in: { z7: 1 } })
  })
})

describe('filter_path', () => {
  const app = createTestApp()
  afterAll(async () => (await app).close())

  it.each([
    ['names in all its paths', Array.from({ length: 50 }, () => '-a.b.c.d.e'), 250],
    ['names with a [*] before their end', Array.from({ length: 20 }, () => '-**.*a'), 20],
  ])('takes so many %s', async (what, paths, most) => {
    expect((await read(paths)).status).toBe(200)
    const refused = await read([...paths, '-*a'])
    expect(refused.status).toBe(400)
    const [first] = [...(await refused.text()).matchAll(/"reason":"([^"]*)"/g)]
    expect(first?.[1]).toBe(`[filter_path] takes at most ${most} ${what}`)
  })

  async function read(paths: readonly string[]): Promise<Response> {
    const headers = { authorization: basic(elastic) }
    return (await app).fetch(`/_security/_authenticate?filter_path=${paths.join()}`, { headers })
  }
})

/** As `filterPath` has it, but with each place looked at for each name. */
function keep(body: JsonValue, paths: readonly string[], reached: boolean): JsonValue | undefined {
  const names: (string | null)[] = paths.flatMap((path) => [
    ...path.replaceAll(/\*\*(\.\*\*)+/g, '**').split('.'),
    null,
  ])
  const fits = names.map((name) => wildcard(name ?? ''))
  const starts = names.flatMap((_, index) => (index === 0 || names[index - 1] === null ? [index] : []))
  return below(body, new Set(starts.slice(0, paths.length)))

  function below(value: JsonValue, states: ReadonlySet<number>): JsonValue | undefined {
    if ([...states].some(isEnd)) return reached ? value : undefined
    if (states.size === 0) return reached ? undefined : value
    if (Array.isArray(value)) {
      const items = value.map((item) => below(item, states)).filter((item) => item !== undefined)
      return items.length > 0 || (!reached && value.length === 0) ? items : undefined
    }
    if (!isObject(value)) return reached ? undefined : value
    const all = Object.entries(value)
    const entries = all.flatMap(([name, inner]): [string, JsonValue][] => {
      const kept = below(inner, follow(states, name))
      return kept === undefined ? [] : [[name, kept]]
    })
    return entries.length > 0 || (!reached && all.length === 0) ? Object.fromEntries(entries) : undefined
  }

  function follow(states: ReadonlySet<number>, name: string): ReadonlySet<number> {
    const next = new Set<number>()
    for (let state of states) {
      for (; names[state] === '**'; state++) next.add(state)
      if (names[state] !== null && fits[state]?.(name)) next.add(state + 1)
    }
    return next
  }

  function isEnd(state: number): boolean {
    let end = state
    while (names[end] === '**') end++
    return names[end] === null
  }
}
