import type { ConformanceServer, Need } from './server.ts'

/** The letters of the specification, section 0: how we know. */
export const evidences = ['S', 'T', 'D', 'I', 'inf', 'M'] as const

export type Evidence = (typeof evidences)[number]

/** Something that Elasticsearch does on the wire. It throws where a server does not. */
export interface ConformanceCase {
  readonly id: string
  readonly name: `MUST ${string}`
  /** Where several parts are known in different ways, the weakest of them. */
  readonly evidence: Evidence
  /** The section of the specification that says so. */
  readonly source: `spec ${string}`
  /** What the server or the way to it must offer beside requests. */
  readonly needs?: Need
  readonly fn: (server: ConformanceServer) => Promise<void>
}
