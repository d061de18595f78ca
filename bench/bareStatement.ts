import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** What the program is to send, and for how long. */
export interface BareJob {
  readonly url: string
  /** In each statement. */
  readonly rows: number
  readonly rampMs: number
  readonly seconds: number
}

/** How many rows it has written, and its own CPU time for that, in microseconds. */
export interface BareTiming {
  readonly rows: number
  readonly seconds: number
  readonly cpu: number
}

/** Starts the program that sends nothing but one statement. */
export function startBareStatement() {
  const child = fork(join(import.meta.dirname, 'bareStatementLoop.ts'))
  const ended = once(child, 'exit')
  return {
    async measure(job: BareJob): Promise<BareTiming> {
      child.send(job)
      const over = ended.then(() => null)
      const answer = await Promise.race([once(child, 'message'), over])
      if (answer === null) throw new Error('the program that sends the bare statement has ended')
      return answer[0] as BareTiming
    },

    async stop(): Promise<void> {
      child.kill()
      await ended
    },
  }
}
