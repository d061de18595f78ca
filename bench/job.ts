// What the bench and its load generator say to each other.

import type { DoorName, Request } from './doors.ts'

/** One measurement that the generator shall make. */
export interface Job {
  /** Where, the connections in turn. */
  readonly ports: readonly number[]
  readonly door: DoorName
  readonly requests: readonly Request[]
  /** Whether the requests go round and round, or each is sent once and the measurement ends with the last. */
  readonly repeat: boolean
  readonly rule: Rule
  /** Under which name the last answers of these users are remembered: that of the server's database. */
  readonly history: string
  readonly connections: number
  readonly arrivals: Arrivals
  readonly processes: Processes
}

/**
 * What an answer must say beside whose it is: that it made the profile, that it wrote it since that user's last
 * answer, or that it did not, except when the grace of `graceMs` was over.
 */
export type Rule = 'any' | 'first' | 'writes' | { readonly graceMs: number }

/**
 * Each connection sends when it has its answer, or requests arrive at a fixed rate a second, answers or not. What is sent
 * in the ramp, on connections that are new and to a server that has done something else, is not counted.
 */
export type Arrivals =
  | { readonly kind: 'closed'; readonly rampMs: number; readonly seconds: number }
  | { readonly kind: 'open'; readonly rate: number; readonly rampMs: number; readonly seconds: number }

/** Whose CPU time is taken, by process id. */
export interface Processes {
  readonly servers: readonly number[]
  /** The process that all others of the database belong to; null where the database is in the server's. */
  readonly database: number | null
}

/** What a loop has measured. CPU times are in microseconds. */
export interface Timing {
  readonly answers: number
  readonly seconds: number
  /** Of answers to requests sent meanwhile, in milliseconds, ascending; with a fixed rate, since a request was due. */
  readonly latencies: Float64Array
  readonly cpu: Readonly<Record<'server' | 'database' | 'load', number>>
  /** How many cores others had: what is not the bench's, and what the machine's host has taken. */
  readonly noise: number
}

/** What was measured, and over how many requests, with those that were not counted. */
export interface Measurement extends Timing {
  readonly sent: Sent
}

/** How many requests were sent, and how many different ones. */
export interface Sent {
  readonly requests: number
  readonly different: number
}

/** What comes back for a job. */
export type Outcome = { readonly measurement: Measurement } | { readonly problem: string }
