import { describe, expect, it } from 'vitest'
import { parseRule, requireExpressions, writtenRule } from '../../../src/authorization/mappings/rule.ts'

const field = (name: string, value: unknown) => ({ field: { [name]: value } })

/** Rules that many stand in. */
function nested(depth: number, inner: object = field('username', 'x')): object {
  return depth === 1 ? inner : { any: [nested(depth - 1, inner)] }
}

describe('a rule is read and written', () => {
  it.each([
    [field('username', 'x')],
    [field('groups', ['a', 'b*', '/c.*/', '', 1, 1.5, true, null])],
    [field('metadata.a.b', null)],
    [field('a field that nobody has', 'x')],
    [field('constructor', 'x')],
    [{ any: [] }],
    [{ all: [] }],
    [{ any: [field('dn', 'x'), { all: [field('dn', 'y'), { except: field('dn', 'z') }] }] }],
    [{ all: [{ except: { all: [{ except: { any: [] } }] } }] }],
  ])('as it is: %j', (rule) => {
    expect(writtenRule(parseRule(rule, 'm'))).toEqual(rule)
  })

  it('with the only value of a list by itself', () => {
    expect(writtenRule(parseRule(field('groups', ['a']), 'm'))).toEqual(field('groups', 'a'))
  })

  it('with thousands of values', () => {
    const rule = field(
      'groups',
      Array.from({ length: 50_000 }, (_, n) => `group ${n}`),
    )
    expect(writtenRule(parseRule(rule, 'm'))).toEqual(rule)
  })

  it('up to thirty deep', () => {
    expect(writtenRule(parseRule(nested(30), 'm'))).toEqual(nested(30))
  })
})

describe('a rule is refused', () => {
  const within = 'failed to parse rules expression. '

  it.each<[unknown, string]>([
    ['x', `${within}expected [m] to be an object but found [VALUE_STRING] instead`],
    [null, `${within}expected [m] to be an object but found [VALUE_NULL] instead`],
    [[], `${within}expected [m] to be an object but found [START_ARRAY] instead`],
    [{}, `${within}object [m] does not contain any fields`],
    [{ fields: {} }, `${within}field [fields] is not recognised in object [m]`],
    [{ ANY: [] }, `${within}field [ANY] is not recognised in object [m]`],
    [{ toString: [] }, `${within}field [toString] is not recognised in object [m]`],
    [{ any: [], all: [] }, `${within}object [m] contains multiple fields`],
    [{ any: {} }, `${within}field [any] requires an array`],
    [{ all: null }, `${within}field [all] requires an array`],
    [{ any: ['x'] }, `${within}expected [any] to be an object but found [VALUE_STRING] instead`],
    [{ all: [1] }, `${within}expected [all] to be an object but found [VALUE_NUMBER] instead`],
    [{ all: [true] }, `${within}expected [all] to be an object but found [VALUE_BOOLEAN] instead`],
    [{ any: [{}] }, `${within}object [any] does not contain any fields`],
    [{ any: [{ x: 1 }] }, `${within}field [x] is not recognised in object [any]`],
    [{ except: field('dn', 'x') }, `${within}field [except] is not allowed within [m]`],
    [{ any: [{ except: field('dn', 'x') }] }, `${within}field [except] is not allowed within [any]`],
    [
      { all: [{ except: { except: field('dn', 'x') } }] },
      `${within}field [except] is not allowed within [except]`,
    ],
    [{ all: [{ except: [] }] }, `${within}expected an object but found [START_ARRAY] instead`],
    [{ all: [{ except: {} }] }, `${within}object [except] does not contain any fields`],
    [{ field: 'x' }, `${within}expected an object but found [VALUE_STRING] instead`],
    [{ field: {} }, `${within}object [field] does not contain any fields`],
    [{ field: { a: 1, b: 2 } }, `${within}object [field] contains multiple fields`],
    [field('dn', {}), `${within}expected a field value but found [START_OBJECT] instead`],
    [field('dn', [['x']]), `${within}expected a field value but found [START_ARRAY] instead`],
    [field('', 'x'), 'null or empty field name ()'],
    [field('dn', []), 'null or empty values ([])'],
    [nested(31), `${within}rules may stand in each other at most [30] deep`],
  ])('as Elasticsearch refuses it: %j', (rule, message) => {
    expect(() => parseRule(rule, 'm')).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message, problems: [message] }),
    )
  })

  it('under the name of its mapping, even where that is a word of the language', () => {
    expect(() => parseRule({ except: field('dn', 'x') }, 'all')).toThrow(
      'failed to parse rules expression. field [except] is not allowed within [all]',
    )
  })

  it.each(['/a*', '/*', '/a/*'])('with what begins as an expression and has a star: %s', (value) => {
    expect(() => parseRule(field('groups', value), 'm')).toThrow(
      `invalid pattern [${value}]. patterns starting with '/' indicate regular expression pattern and therefore must ` +
        "also end with '/'. other patterns (those that do not start with '/') will be treated as simple wildcard patterns",
    )
  })

  it('with an expression of more than 1,000 characters', () => {
    expect(() => parseRule(field('groups', `/${'a'.repeat(1_000)}/`), 'm')).not.toThrow()
    expect(() => parseRule(field('groups', `/${'a'.repeat(1_001)}/`), 'm')).toThrow(
      'a regular expression may have at most [1000] characters',
    )
  })

  it('with a hundred thousand levels, at once', () => {
    let rule: object = field('dn', 'x')
    for (let level = 0; level < 100_000; level++) rule = { any: [rule] }
    expect(() => parseRule(rule, 'm')).toThrow('at most [30] deep')
  })
})

describe('the regular expressions of a rule', () => {
  const requireIn = (...values: unknown[]) => {
    requireExpressions(parseRule({ all: [field('dn', 'x'), { except: field('groups', values) }] }, 'm'))
  }

  it.each(['/(/', '/[a/', '/a**/', '/(?=a)/', '/(a)\\1/', '/a{1001}/', '/(((a{100}){100}){100}){100}/'])(
    'are refused if RE2 does not take one: %s',
    (value) => {
      const message = `invalid pattern [${value}]. it is no regular expression of RE2`
      expect(() => requireIn('a', '/b/', value)).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT', message, problems: [message] }),
      )
    },
  )

  it('are refused if they are too large together', () => {
    const large = `/${'a{1000}'.repeat(3)}/`
    expect(() => requireIn(large, large, large)).not.toThrow()
    for (const values of [[large, large, large, large], [`/${'a{1000}'.repeat(140)}/`]])
      expect(() => requireIn(...values)).toThrow('the regular expressions of the rules are too large')
  })

  it('are whatever else there is', () => {
    expect(() => requireIn('a', '*', '/', '(', '*(', 1, null, true, '/a|b/', '//')).not.toThrow()
  })
})
