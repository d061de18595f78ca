import type { Readable, Writable } from 'node:stream'

/** Where a command reads and writes: of each, whether somebody sits there, and how wide it is. */
export interface Streams {
  readonly input: Readable & { readonly isTTY?: boolean }
  readonly output: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  /** For what is said to people, and is not what was asked for. */
  readonly notes: Writable
}

/** Those of the process. Whoever reads only the beginning of what is printed is no failure. */
export function processStreams(): Streams {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  return { input: process.stdin, output: process.stdout, notes: process.stderr }
}
