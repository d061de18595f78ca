import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filterData } from '../../src/profile/filterData.ts'

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
})

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
