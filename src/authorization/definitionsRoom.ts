import { getHeapStatistics } from 'node:v8'

/** How much of a kind can be stored: all of it is kept in memory. A little more, if several are put at once. */
export interface DefinitionsRoom {
  /** Null: any number. */
  readonly most: number | null
  /** Of all together, as JSON. One that is replaced may always become smaller. */
  readonly mostBytes: number
}

/** `refused`: nothing is stored, for want of room. */
export type DefinitionPut = 'created' | 'replaced' | 'refused'

/** In memory, JSON takes up to thirty times its text, and twice that while it is read anew. */
export const mostDefinitionBytes = Math.floor(getHeapStatistics().heap_size_limit / 256)
