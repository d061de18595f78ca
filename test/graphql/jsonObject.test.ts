import { afterAll, describe, expect, it } from 'vitest'
import { createTestApp } from '../support/testApp.ts'
import { ask, expectRefused, send } from './ask.ts'

const { fetch, close } = await createTestApp()
afterAll(close)

/** Stores a literal as metadata and answers what was stored. */
const putLiteral = (literal: string, variables = {}, definitions = '') =>
  ask(
    fetch,
    `mutation ${definitions} {
      putRole(name: "a", role: { metadata: ${literal} }) { ... on RolePut { role { metadata } } }
    }`,
    variables,
  )
const putVariable = `mutation ($metadata: JSONObject!) {
  putRole(name: "a", role: { metadata: $metadata }) { ... on RolePut { role { metadata } } }
}`
/** Sends metadata as they are written here: JSON.stringify would alter some. */
const putJson = (json: string) =>
  send(fetch, { body: `{"query":${JSON.stringify(putVariable)},"variables":{"metadata":${json}}}` })

const stored = (metadata: unknown) => ({ putRole: { role: { metadata } } })

describe('a literal', () => {
  it.each<[string, unknown]>([
    ['{}', {}],
    ['{ a: 1, b: -2.5, c: 1e3, d: true, e: null }', { a: 1, b: -2.5, c: 1000, d: true, e: null }],
    ['{ list: [1, "b", [], {}, [[null]]] }', { list: [1, 'b', [], {}, [[null]]] }],
    ['{ a: { b: { c: "d" } } }', { a: { b: { c: 'd' } } }],
    ['{ text: "\\"\\\\ \\u00e9 \\u{1F642} \\n" }', { text: '"\\ é 🙂 \n' }],
    ['{ block: """\n  "a"\n    b\n""" }', { block: '"a"\n  b' }],
    ['{ constructor: 1, toString: 2 }', { constructor: 1, toString: 2 }],
    [
      '{ n: 9007199254740991, m: -9007199254740992, x: 0.1, y: 1e308 }',
      { n: 9007199254740991, m: -9007199254740992, x: 0.1, y: 1e308 },
    ],
  ])('%s is the JSON that it spells', async (literal, value) => {
    const answer = await putLiteral(literal)
    expect(answer.errors).toBeUndefined()
    expect(answer.data).toEqual(stored(value))
  })

  it('has variables in it, of any type, and null for those that are left out', async () => {
    const definitions =
      '($text: String!, $list: [Int!], $object: JSONObject, $left: String, $flag: Boolean = true)'
    const answer = await putLiteral(
      '{ a: $text, b: [$list, $object], c: { d: $left, e: $flag } }',
      { text: '"', list: [1, 2], object: { x: [{}] } },
      definitions,
    )
    expect(answer.data).toEqual(stored({ a: '"', b: [[1, 2], { x: [{}] }], c: { d: null, e: true } }))
  })

  it('has null for variables that are left out and are called like what every object has', async () => {
    const definitions = '($constructor: String, $toString: Int, $__proto__: JSONObject)'
    const answer = await putLiteral('{ a: [$constructor, $toString, $__proto__] }', {}, definitions)
    expect(answer.data).toEqual(stored({ a: [null, null, null] }))
  })

  it('is a default', async () => {
    const query = putVariable.replace('JSONObject!', 'JSONObject! = { a: [1] }')
    expect((await ask(fetch, query)).data).toEqual(stored({ a: [1] }))
  })

  it.each([
    '[]',
    '5',
    '"text"',
    'true',
    'WORD',
    '{ a: WORD }',
    '{ a: [{ b: WORD }] }',
    '{ a: 9007199254740993 }',
    '{ a: [12345678901234567890] }',
    '{ a: { b: 0.1000000000000000055511151231257827 } }',
    '{ a: 1e400 }',
    '{ a: 1e-400 }',
    '{ __proto__: 1 }',
    '{ a: { __proto__: {} } }',
    '{ a: "\\u0000" }',
    `{ a: ${'['.repeat(100)}${']'.repeat(100)} }`,
  ])('%s is refused', async (literal) => {
    expectRefused(await putLiteral(literal), 400, 'GRAPHQL_VALIDATION_FAILED')
  })

  it('that names a key twice is refused', async () => {
    expectRefused(await putLiteral('{ a: 1, a: 2 }'), 400, 'GRAPHQL_VALIDATION_FAILED')
  })

  it('that a variable makes too deep is refused', async () => {
    const deep = JSON.parse(`${'['.repeat(60)}${']'.repeat(60)}`) as unknown
    const answer = await putLiteral(
      `{ a: ${'['.repeat(60)}$deep${']'.repeat(60)} }`,
      { deep: { deep } },
      '($deep: JSONObject)',
    )
    expectRefused(answer, 400, 'INVALID_INPUT')
  })

  it('with a number that a double cannot hold is refused by its path', async () => {
    const answer = await putLiteral('{ a: [{ b: 9007199254740993 }] }')
    expect(answer.errors?.[0]?.message).toMatch(
      /^role\.metadata: .*Number at 'a\.0\.b' would lose precision$/,
    )
  })

  it.each(['5', '[]', '{ a: WORD }'])(
    'that is no JSON object is refused by its path: %s',
    async (literal) => {
      const answer = await putLiteral(literal)
      expect(answer.errors?.[0]?.message).toMatch(/^role\.metadata/)
    },
  )
})

describe('a variable', () => {
  it.each([
    '{}',
    '{"a":1,"b":-2.5,"c":1000,"d":true,"e":null}',
    '{"list":[1,"b",[],{},[[null]]]}',
    '{"not a name":{"":{" ":"🙂"}}}',
    '{"constructor":1,"toString":{"hasOwnProperty":2}}',
    '{"n":9007199254740991,"m":-9007199254740992,"x":0.1,"y":1e+308}',
    `{"a":${'['.repeat(90)}${']'.repeat(90)}}`,
    `{"a":"${'é'.repeat(100_000)}"}`,
  ])('comes back as it was: %.60s', async (json) => {
    const { text } = await putJson(json)
    expect(text).toBe(`{"data":{"putRole":{"role":{"metadata":${json}}}}}`)
  })

  it.each(['[]', '5', '"text"', 'true', 'null', '[{}]'])('that is no object is refused: %s', async (json) => {
    const answer = await putJson(json)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.message).toMatch(/^metadata: expected JSONObject/)
  })

  it.each([
    ['{"a":9007199254740993}', 'variables.metadata.a'],
    ['{"a":{"b":[0,12345678901234567890]}}', 'variables.metadata.a.b.1'],
    ['{"a":0.1000000000000000055511151231257827}', 'variables.metadata.a'],
    ['{"a":1e400}', 'variables.metadata.a'],
    ['{"a":-1e-400}', 'variables.metadata.a'],
  ])('with a number that a double cannot hold is refused by its path: %s', async (json, path) => {
    const answer = await putJson(json)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.message).toContain(`Number at '${path}' would lose precision`)
  })

  it.each([
    ['U+0000', '{"a":"\\u0000"}'],
    ['U+0000 in a key', '{"\\u0000":1}'],
    ['a lone surrogate', '{"a":["\\udead"]}'],
    ['__proto__', '{"a":{"__proto__":{}}}'],
    ['a key twice', '{"a":1,"\\u0061":2}'],
    ['101 levels', `{"a":${'['.repeat(101)}${']'.repeat(101)}}`],
  ])('with %s is refused', async (_, json) => {
    expectRefused(await putJson(json), 400, 'INVALID_INPUT')
  })
})
