import type { Readable, Writable } from 'node:stream'
import { writeFailure } from './writeFailure.ts'

/** Where a command reads and writes: of each, whether somebody sits there, and how wide it is. */
export interface Streams {
  readonly input: Readable & { readonly isTTY?: boolean }
  readonly output: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  /** For what is said to people, and is not what was asked for. */
  readonly notes: Writable
}

/** Those of the process. What cannot be said on standard error cannot be said at all. */
export function processStreams(): Streams {
  process.stdout.once('error', complain).on('error', () => undefined)
  process.stderr.on('error', () => undefined)
  return { input: process.stdin, output: process.stdout, notes: process.stderr }
}

/** Says why standard output is not whole, however the command ends. Whoever reads only its beginning is no failure. */
export function complain(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return
  process.stderr.write(`profile-gateway: ${writeFailure('standard output', error).message}\n`)
  process.once('exit', () => (process.exitCode = 78))
}
