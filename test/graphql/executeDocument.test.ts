import { buildSchema, parse } from 'graphql'
import { expect, it } from 'vitest'
import { executeDocument } from '../../src/graphql/executeDocument.ts'

it('prints a value that is wrong in many places no more than twice', async () => {
  let printed = 0
  const given: Record<string, unknown> = Object.fromEntries(
    Array.from({ length: 40 }, (_, n) => [`b${n}`, n]),
  )
  const toJSON = () => `${(printed += 1)}`
  Object.defineProperty(given, 'toJSON', { value: toJSON, enumerable: false })
  const schema = buildSchema('input Input { a: Int } type Query { field(given: Input): Int }')
  const document = parse('query ($given: Input) { field(given: $given) }')
  const { errors } = await executeDocument({ schema, document, variableValues: { given } })
  expect(errors?.map(({ message }) => message.slice(0, 24))).toEqual([
    'Variable "$given" got in',
    'Too many errors processi',
  ])
  expect(printed).toBe(2)
})
