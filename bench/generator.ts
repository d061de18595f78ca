import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Job, Measurement, Outcome } from './job.ts'

/** The process that makes the load. */
export interface Generator {
  /** Has it make a measurement. @throws at the first wrong answer */
  readonly measure: (job: Job) => Promise<Measurement>
  readonly stop: () => Promise<void>
}

/** Starts the generator. */
export function startGenerator(): Generator {
  const child = fork(join(import.meta.dirname, 'load.ts'), { serialization: 'advanced' })
  const ended = once(child, 'exit')
  return {
    async measure(job) {
      child.send(job)
      const over = ended.then(() => null)
      const answer = await Promise.race([once(child, 'message'), over])
      if (answer === null) throw new Error('the load generator has ended')
      const [message] = answer as [Outcome]
      if ('problem' in message) throw new Error(message.problem)
      return message.measurement
    },

    async stop() {
      child.kill()
      await ended
    },
  }
}
