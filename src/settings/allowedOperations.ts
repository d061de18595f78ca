import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { JsonProblem, parseJson, type JsonValue } from '../json.ts'
import { reasonUnread } from '../systemReason.ts'

type Operations = readonly (readonly [id: string, document: string])[]

/** Documents by their ids, as Relay, GraphQL Code Generator and gql.tada write them. */
const map = z.record(z.string(), z.string()).transform((documents): Operations => Object.entries(documents))
/** What Apollo's tools write. */
const manifest = z
  .object({ operations: z.array(z.object({ id: z.string(), body: z.string() })) })
  .transform(({ operations }): Operations => operations.map(({ id, body }) => [id, body]))

/** A file of JSON is taken by its path from the folder. */
export function allowedOperations(folder: string) {
  return z.string({ error: 'expected a file' }).transform(read).nullable().default(null).meta({
    expected: 'a file of JSON, or null',
    description:
      'The only operations that may be run there: a file of documents by their ids; with `null`, all.',
  })

  function read(given: string, context: z.RefinementCtx): Operations {
    const json = jsonIn(resolve(folder, given))
    const operations = 'value' in json ? z.union([map, manifest]).safeParse(json.value).data : undefined
    if (operations) return operations
    context.addIssue(
      'problem' in json ? json.problem : 'expected an object of documents by their ids, as JSON',
    )
    return z.NEVER
  }
}

function jsonIn(file: string): { value: JsonValue } | { problem: string } {
  try {
    return { value: parseJson(readFileSync(file)) }
  } catch (error) {
    if (!(error instanceof JsonProblem)) return { problem: `${file} cannot be read: ${reasonUnread(error)}` }
    return { problem: `${file}:${error.line}:${error.column}: ${error.message}` }
  }
}
