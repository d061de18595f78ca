import type { Writable } from 'node:stream'
import { printable } from './printable.ts'

/** Says something to whoever has started the process, on standard error. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

interface Places {
  readonly database: string
  /** Where metrics have a port of their own, or null. */
  readonly metricsAddress: string | null
  readonly address: string
}

/** Says what a gateway stands on, and where it answers. */
export function notePlaces({ database, metricsAddress, address }: Places): void {
  noteDatabase(database)
  if (metricsAddress !== null) note(`Metrics        ${metricsAddress}/metrics`)
  note(`GraphQL        ${address}/graphql  (GraphiQL in a browser)\nElasticsearch  ${address}`)
}

/** Says which database it is. */
export function noteDatabase(database: string, notes: Pick<Writable, 'write'> = process.stderr): void {
  notes.write(`Database       ${printable(database)}\n`)
}
