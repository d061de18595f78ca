import { Gauge, type Registry } from 'prom-client'
import type { WatchTurn } from '../authentication/queue.ts'
import { createCount } from './count.ts'
import { createLatency, secondsNow } from './latency.ts'
import type { Spans } from './spans.ts'

interface TurnsParts {
  registry: Registry
  spans: Spans
  /** What the names of its metrics begin with. */
  prefix: string
  /** What waits, in the plural. */
  what: string
  /** What the spans are called. */
  stage: string
  /** Which queue it is, where there are several. */
  labelNames?: readonly string[]
}

/** Makes what sees queues: who waits for how long in which lane, and how long what they wait for takes. */
export function createTurns({ registry, spans, prefix, what, stage, labelNames = [] }: TurnsParts) {
  const registers = [registry]
  const ofLane = [...labelNames, 'lane']
  const waited = createLatency(registry, `${prefix}_wait_seconds`, `How long ${what} waited.`, ofLane)
  const took = createLatency(registry, `${prefix}_duration_seconds`, `How long ${what} took.`, labelNames)
  const count = createCount(
    registry,
    `${prefix}_refused_total`,
    `Those of the ${what} that were refused, since too many waited or for too long.`,
    ofLane,
  )
  const queues = new Map<string, Queue>()
  new Gauge({
    name: `${prefix}_waiting`,
    help: `How many ${what} wait.`,
    labelNames: ofLane,
    registers,
    collect() {
      for (const { labels, waiting } of queues.values())
        for (const lane of lanes) this.labels(...labels, lane).set(waiting[lane])
    },
  })
  new Gauge({
    name: `${prefix}_running`,
    help: `How many ${what} are under way.`,
    labelNames: [...labelNames],
    registers,
    collect() {
      for (const { labels, running } of queues.values()) this.labels(...labels).set(running)
    },
  })

  return function watch(...labels: string[]): WatchTurn {
    // One that takes the place of another counts on.
    const key = labels.join('\0')
    const queue = queues.get(key) ?? { labels, waiting: { callers: 0, grants: 0 }, running: 0 }
    queues.set(key, queue)
    const countRefused = { callers: count(...labels, 'callers'), grants: count(...labels, 'grants') }

    return (lane, inTurn, task) =>
      spans.inSpan(stage, laneAttributes[lane], async () => {
        const since = secondsNow()
        let isWaiting = true as boolean
        queue.waiting[lane] += 1
        const begin = () => {
          isWaiting = false
          queue.waiting[lane] -= 1
          queue.running += 1
          waited(secondsNow() - since, ...labels, lane)
        }
        try {
          return await inTurn(async () => {
            begin()
            const begun = secondsNow()
            try {
              return await task()
            } finally {
              queue.running -= 1
              took(secondsNow() - begun, ...labels)
            }
          })
        } finally {
          if (isWaiting) {
            queue.waiting[lane] -= 1
            countRefused[lane]()
          }
        }
      })
  }
}

const lanes = ['callers', 'grants'] as const

interface Queue {
  readonly labels: readonly string[]
  readonly waiting: Record<(typeof lanes)[number], number>
  running: number
}

const laneAttributes = {
  callers: { 'profile_gateway.lane': 'callers' },
  grants: { 'profile_gateway.lane': 'grants' },
} as const
