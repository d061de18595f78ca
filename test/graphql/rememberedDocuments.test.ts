import type { DocumentNode, GraphQLSchema } from 'graphql'
import { expect, it } from 'vitest'
import { schema } from '../../src/graphql/schema.ts'
import { createPipeline } from '../../src/graphql/yoga.ts'

/** Parses documents as a pipeline of its own does: what is remembered is the very same again. */
function parsing() {
  const pipeline = createPipeline(schema)
  return (document: string): DocumentNode => {
    const { parse, validate } = pipeline.getEnveloped({}) as {
      parse: (document: string) => DocumentNode
      validate: (schema: GraphQLSchema, document: DocumentNode) => unknown
    }
    const parsed = parse(document)
    validate(schema, parsed)
    return parsed
  }
}

const document = '{ viewer { username } }'
const ofTokens = (count: number, n: number) =>
  `{ profiles(uids: [${n}${' 1'.repeat(count - 15)}]) { errors { uid } } }`

it.each([
  ['a hundred of 500 tokens', (n: number) => ofTokens(500, n), 100],
  ['a thousand of 50', (n: number) => ofTokens(50, n), 1_000],
  ['two hundred of much white space', (n: number) => ofTokens(20, n) + ' '.repeat(20_000), 200],
])('is remembered while others come: %s', (_, other, count) => {
  const parse = parsing()
  const first = parse(document)
  for (let n = 0; n < count; n++) parse(other(n))
  expect(parse(document) === first).toBe(true)
})

// Parsed, a token takes a hundred times its text.
it.each([
  ['two hundred of 1,000 tokens', (n: number) => ofTokens(1_000, n), 200],
  ['five hundred of much white space', (n: number) => ofTokens(20, n) + ' '.repeat(60_000), 500],
])('is forgotten once those that came later take too much memory: %s', (_, other, count) => {
  const parse = parsing()
  const first = parse(document)
  for (let n = 0; n < count; n++) parse(other(n))
  expect(parse(document) === first).toBe(false)
})

it('takes no place among them if it is very large', () => {
  const parse = parsing()
  expect(parse(ofTokens(1_900, 0)) === parse(ofTokens(1_900, 0))).toBe(false)
})
