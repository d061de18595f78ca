import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isObject } from '../../src/json.ts'
import { filterData } from '../../src/profile/filterData.ts'
import { wildcard } from '../../src/wildcard.ts'

const apps = {
  app1: { key1: 'a', key2: { inner: [1, 2] }, 'dotted.key': true },
  app2: { key1: null, list: [{ key: 1, other: 2 }, { other: 3 }, 'text'], empty: {} },
  app: { key1: 'b' },
}
const data = {
  ...apps,
  lists: [[{ key: 1, other: 2 }], ['text', []], [[{ key: 2 }]]],
}

describe('application data', () => {
  // Source: spec 3.1.
  it.each<[string[], object]>([
    [[], {}],
    [['*'], data],
    [['app1'], { app1: data.app1 }],
    [['app1.key1'], { app1: { key1: 'a' } }],
    [['app1.key2'], { app1: { key2: data.app1.key2 } }],
    [['app1.key2.inner'], { app1: { key2: data.app1.key2 } }],
    [['app*'], apps],
    [['app1*'], { app1: data.app1 }],
    [['*1'], { app1: data.app1, app2: { key1: null }, app: { key1: 'b' } }],
    [['*.key1'], { app1: { key1: 'a' }, app2: { key1: null }, app: { key1: 'b' } }],
    [['app1.*'], { app1: data.app1 }],
    [['app', 'app1.key1'], { app1: { key1: 'a' }, app: data.app }],
    [['app1', 'app1.key1'], { app1: data.app1 }],
    [['app1', '*'], data],
    [['app1.dotted.key'], { app1: { 'dotted.key': true } }],
    [['app2.empty'], { app2: { empty: {} } }],
    [['app2.key1'], { app2: { key1: null } }],
    [['app2.list'], { app2: { list: data.app2.list } }],
    [['app2.list.key'], { app2: { list: [{ key: 1 }] } }],
    [['lists.key'], { lists: [[{ key: 1 }], [[{ key: 2 }]]] }],
  ])('filtered by %j', (filters, kept) => {
    expect(filterData(data, filters)).toEqual(kept)
  })

  it.each([
    ['nothing'],
    ['app1.nothing'],
    ['app1.key1.deeper'],
    ['key1'],
    ['app1.'],
    ['.app1'],
    [''],
    ['App1'],
    ['app?'],
  ])('is empty where nothing fits: %s', (filter) => {
    expect(filterData(data, [filter])).toEqual({})
  })

  it('is neither changed by a filter, nor read for its prototype', () => {
    const before = structuredClone(data)
    filterData(data, ['app1.key1'])
    expect(data).toEqual(before)
    expect(filterData(data, ['constructor', 'toString', '__proto__', 'app1.constructor'])).toEqual({})
    const own = { app: { constructor: 1, toString: { valueOf: 2 } } }
    expect(filterData(own, ['app.constructor', 'app.toString.valueOf'])).toEqual(own)
  })

  it('is kept in its order, and a filter that is repeated changes nothing', () => {
    expect(Object.keys(filterData(data, ['app2', 'app', 'app1', 'app2']))).toEqual(['app1', 'app2', 'app'])
  })

  it('is filtered a hundred levels deep', () => {
    const path = Array.from({ length: 99 }, (_, level) => `k${level}`)
    const deep = path.reduceRight<object>((inner, key) => ({ [key]: inner, other: 1 }), { leaf: 1, other: 2 })
    const wanted = path.reduceRight<object>((inner, key) => ({ [key]: inner }), { leaf: 1 })
    expect(filterData(deep as Record<string, unknown>, [[...path, 'leaf'].join('.')])).toEqual(wanted)
  })

  const { document } = fc.letrec<{ value: unknown; document: Record<string, unknown> }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.integer(),
      fc.constant(null),
      fc.array(fc.nat()),
      tie('document'),
    ),
    document: fc.dictionary(fc.constantFrom('a', 'b', 'ab', 'c'), tie('value'), { noNullPrototype: true }),
  }))
  const filter = fc.stringMatching(/^[abc*]{1,3}(\.[abc*]{1,3}){0,2}$/)

  it('that fits one of several filters is what fits each of them, together', () => {
    fc.assert(
      fc.property(document, filter, filter, (given, one, other) => {
        const leaves = [...leavesOf(filterData(given, [one])), ...leavesOf(filterData(given, [other]))]
        expect(new Set(leavesOf(filterData(given, [one, other])))).toEqual(new Set(leaves))
      }),
    )
  })

  it('that was filtered stays the same when it is filtered so again', () => {
    fc.assert(
      fc.property(document, fc.array(filter, { maxLength: 3 }), (given, filters) => {
        const kept = filterData(given, filters)
        expect(filterData(kept, filters)).toEqual(kept)
      }),
    )
  })

  const { any, members } = fc.letrec<{ any: unknown; members: Record<string, unknown> }>((tie) => ({
    any: fc.oneof({ depthSize: 'medium' }, fc.nat(9), fc.array(tie('any'), { maxLength: 3 }), tie('members')),
    members: fc.dictionary(fc.stringMatching(/^[ab.*]{0,5}$/), tie('any'), { noNullPrototype: true }),
  }))
  const anyFilter = fc.stringMatching(/^[ab.*]{0,7}$/)

  it('is what fits where each path is looked at as a whole', () => {
    const data = fc.oneof(members, fc.dictionary(fc.constantFrom('a', 'ab', 'b'), any))
    fc.assert(
      fc.property(data, fc.array(anyFilter, { minLength: 1, maxLength: 4 }), (given, filters) => {
        expect(filterData(given, filters)).toEqual(ofWholePaths(given, filters.map(wildcard), ''))
      }),
      { numRuns: 500 },
    )
  })

  it('is filtered without looking at the name above again for each member', () => {
    const below = Object.fromEntries(Array.from({ length: 80_000 }, (_, n) => [`k${n}`, n]))
    const long = JSON.parse(JSON.stringify({ ['a'.repeat(2_000_000)]: below })) as Record<string, unknown>
    expect(filterData(long, ['a*b', 'a*.k77'])).toEqual({ [Object.keys(long)[0] ?? '']: { k77: 77 } })
  })
})

function ofWholePaths(
  value: Record<string, unknown>,
  matchers: readonly ((path: string) => boolean)[],
  prefix: string,
): Record<string, unknown> {
  const kept = Object.entries(value).map(([name, inner]) => [name, keep(inner, prefix + name)] as const)
  return Object.fromEntries(kept.filter(([, inner]) => inner !== undefined))

  function keep(inner: unknown, path: string): unknown {
    return matchers.some((fits) => fits(path)) ? inner : keepBelow(inner, path)
  }

  function keepBelow(inner: unknown, path: string): unknown {
    if (Array.isArray(inner))
      return unlessEmpty(inner.map((item) => keepBelow(item, path)).filter((item) => item !== undefined))
    return isObject(inner) ? unlessEmpty(ofWholePaths(inner, matchers, `${path}.`)) : undefined
  }
}

function unlessEmpty(kept: object): object | undefined {
  return Object.keys(kept).length > 0 ? kept : undefined
}

/** Every path that ends in something which is not a document with members, with what stands there. */
function leavesOf(value: unknown, path = ''): string[] {
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    Object.keys(value).length === 0
  ) {
    return path === '' ? [] : [`${path} ${JSON.stringify(value)}`]
  }
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, `${path}.${key}`))
}
