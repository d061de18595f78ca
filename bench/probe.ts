// Loaded into a server before its program: answers, on a pipe of its own, what goes on inside. It does nothing but while
// it is asked to.

import { Session } from 'node:inspector/promises'
import { Socket } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { isMainThread } from 'node:worker_threads'

/** What it can be asked. */
export type Question = keyof typeof answers

/** How late the event loop's timers were, in milliseconds. */
export interface Stalls {
  readonly median: number
  readonly p99: number
  readonly max: number
}

/** How often a stack is taken, in microseconds. */
const samplingInterval = 500
/** How often the event loop is to come round, in milliseconds. What is longer is a stall. */
const resolution = 1

const session = new Session()
const delays = monitorEventLoopDelay({ resolution })

const answers = {
  async profile(): Promise<null> {
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: samplingInterval })
    await session.post('Profiler.start')
    return null
  },

  async 'end profile'(): Promise<object> {
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    return profile
  },

  stalls(): null {
    delays.reset()
    delays.enable()
    return null
  },

  'end stalls'(): Stalls {
    delays.disable()
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolution)
    return {
      median: late(delays.percentile(50)),
      p99: late(delays.percentile(99)),
      max: late(delays.max),
    }
  },
}

// Threads of a server load it too.
if (isMainThread) {
  const pipe = new Socket({ fd: 3 })
  createInterface({ input: pipe }).on('line', (question) => {
    void Promise.resolve(answers[question as Question]()).then((answer) =>
      pipe.write(`${JSON.stringify(answer)}\n`),
    )
  })
  pipe.unref()
}
