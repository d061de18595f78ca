import { openSync, writeSync } from 'node:fs'
import { Failure } from '../errors.ts'
import { reasonUnwritten } from '../systemReason.ts'
import type { Refusal } from '../transfer/importInput.ts'
import { printable } from './printable.ts'

interface RefusalsParts {
  /** A file for all of them; without one, the first few are noted. */
  file: string | null
  note: (line: string) => void
}

/** How many are noted. */
const mostNoted = 100

/** Tells of what was not imported, and why: never what it holds. */
export function createRefusals({ file, note }: RefusalsParts) {
  const descriptor = file === null ? null : opened(file)
  let count = 0
  return {
    get count() {
      return count
    },

    add(input: string, { place: { line, lastLine, byte }, subject, reason }: Refusal): void {
      count += 1
      const lines = line === lastLine ? String(line) : `${line}-${lastLine}`
      const what = subject === null ? '' : `${subject}: `
      const text = printable(shortened(`${input}:${lines} (byte ${byte}): ${what}${reason}`))
      if (descriptor !== null) writeSync(descriptor, `${text}\n`)
      else if (count <= mostNoted) note(text)
      else if (count === mostNoted + 1) note('more is refused: --report FILE takes it all')
    },
  }
}

function opened(file: string): number {
  try {
    // Whatever is there stays: it could be what is to be imported, or the database.
    return openSync(file, 'wx', 0o600)
  } catch (cause) {
    throw new Failure('CONFIGURATION', `cannot write ${file}: ${reasonUnwritten(cause)}`, { cause })
  }
}

const longest = 1_000

/** Short enough to be read. */
function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest).toWellFormed()}…` : text
}
