import type { WriteStream } from 'node:tty'

interface ProgressParts {
  /** Where it is said: as a bar that is drawn again and again on a terminal, elsewhere in lines. */
  stream: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>
  /** Epoch milliseconds. */
  clock: () => number
}

/** How far something is. */
interface State {
  readonly records: number
  /** From 0 to 1; null where nobody knows. */
  readonly done: number | null
}

/** How often it is said, in milliseconds: on a terminal, and elsewhere. */
const intervals = { bar: 100, line: 5_000 }

/** Makes what says how far something is: with its rate, and when it will be done. */
export function createProgress({ stream, clock }: ProgressParts) {
  const isTerminal = stream.isTTY === true
  const began = clock()
  let said = began
  let drawn = false

  return {
    /** May be called as often as something has changed. */
    update(state: State): void {
      const now = clock()
      if (now - said < (isTerminal ? intervals.bar : intervals.line)) return
      said = now
      say(state)
    },

    /** Writes a line, above the bar if there is one. */
    note: (line: string) => {
      stream.write(`${clear()}${line}\n`)
      drawn = false
    },

    /** Says how it has ended, in a line that stays. */
    end({ records }: State): void {
      const elapsed = clock() - began
      stream.write(`${clear()}${recordsOf(records, elapsed)} in ${timeOf(elapsed)}\n`)
      drawn = false
    },
  }

  function say(state: State): void {
    const text = textOf(state, clock() - began)
    if (!isTerminal) stream.write(`${text}\n`)
    else {
      const room = (stream.columns ?? 80) - text.length - 4
      const bar = state.done !== null && room >= 10 ? barOf(state.done, Math.min(room, 40)) : ''
      // In one write, over what was there: it does not flicker.
      stream.write(`\r${(bar + text).slice(0, (stream.columns ?? 80) - 1)}\x1b[K`)
      drawn = true
    }
  }

  function clear(): string {
    return drawn ? '\r\x1b[K' : ''
  }
}

function textOf({ records, done }: State, elapsed: number): string {
  const left = done !== null && done > 0 && done < 1 ? `, ${timeOf((elapsed * (1 - done)) / done)} left` : ''
  const part = done === null ? '' : `${Math.floor(done * 100)} %, `
  return `${part}${recordsOf(records, elapsed)}, ${timeOf(elapsed)}${left}`
}

function recordsOf(records: number, elapsed: number): string {
  const rate = elapsed > 0 ? Math.round((records * 1_000) / elapsed) : 0
  return `${numberOf(records)} ${records === 1 ? 'record' : 'records'}, ${numberOf(rate)} per second`
}

function barOf(done: number, width: number): string {
  const full = Math.round(Math.min(done, 1) * width)
  return `[${'#'.repeat(full)}${'-'.repeat(width - full)}] `
}

function timeOf(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000)
  const [minutes, rest] = [Math.floor(seconds / 60), String(seconds % 60).padStart(2, '0')]
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`
}

/** With a comma between thousands, wherever it runs. */
export function numberOf(count: number): string {
  return count.toLocaleString('en-US')
}
