import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** What a flood is to be. */
export interface Deluge {
  readonly port: number
  /** How many try passwords at once. */
  readonly clients: number
  /** From how many addresses. */
  readonly sources: number
  /** How many there are for which there is no place in the queues. */
  readonly beyond: number
}

/** How its tries were answered: with 401, and with 503. */
export interface Tally {
  wrong: number
  refused: number
}

export interface Flood {
  /** When `beyond` were refused. */
  readonly isFull: Promise<unknown>
  /** Ends it. Answers what came of it. */
  readonly end: () => Promise<Tally>
  readonly kill: () => Promise<void>
}

/** Starts a flood. */
export function startFlood(deluge: Deluge): Flood {
  const child = fork(join(import.meta.dirname, 'floodLoad.ts'))
  const ended = once(child, 'exit')
  child.send(deluge)
  const isFull = Promise.race([once(child, 'message'), ended.then(ownEnd)])
  // Whoever does not wait for it any more need not hear of it.
  isFull.catch(() => undefined)
  return {
    isFull,

    async end() {
      if (child.exitCode !== null) ownEnd()
      child.send('end')
      const [tally] = (await once(child, 'message')) as [Tally]
      return tally
    },

    async kill() {
      child.kill()
      await ended
    },
  }
}

function ownEnd(): never {
  throw new Error('the flood has ended by itself')
}
