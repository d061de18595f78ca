import type { Worker } from 'node:cluster'
import type { Logger } from 'pino'
import type { WorkerMetrics } from './workerMetrics.ts'
import type { MessageOfWorker, MessageToWorker } from './workerMessage.ts'
import { endWorker, sendTo, startWorker, type Ending } from './workerProcess.ts'

/** What a worker says when it listens. */
type Listening = Extract<MessageOfWorker, { kind: 'listening' }>

export interface Fleet {
  /** Resolves as soon as the first worker listens, and then as soon as all do; never, if they do not. */
  readonly firstListens: Promise<Listening>
  readonly allListen: Promise<unknown>
  /** Tells all workers. */
  readonly tell: (message: MessageToWorker) => void
  /** Has all workers end. */
  readonly stop: () => void
  /** Resolves when none is left, and none is to come: to the exit code. */
  readonly ended: Promise<number>
}

interface FleetParts {
  /** How many workers there are. */
  size: number
  metrics: WorkerMetrics
  logger: Logger
}

/** A place that one worker takes after another. */
interface Place {
  readonly number: number
  worker: Worker | null
  listens: boolean
  /** How many have ended soon, one after another. */
  soonEnded: number
  timer?: NodeJS.Timeout
}

/** After which time a worker has not ended soon, in milliseconds. */
const soon = 60_000
/** How long a place stays free after the second one that has ended soon, in milliseconds; then twice as long each time. */
const [shortestPause, longestPause] = [1_000, 30_000]

/** A worker would end again however often it is started: what is configured is not right. Source: sysexits.h. */
const isConfiguration = ({ code }: Ending) => code === 78

/**
 * Starts workers: the first one, and once it listens the others. One that ends is replaced. All end where one cannot start
 * before all have, or none listens and what is configured is not right.
 */
export function startFleet({ size, metrics, logger }: FleetParts): Fleet {
  const places = Array.from({ length: size }, (_, index): Place => {
    return { number: index + 1, worker: null, listens: false, soonEnded: 0 }
  })
  const [first, ...others] = places
  const firstListens = Promise.withResolvers<Listening>()
  const allListen = Promise.withResolvers<undefined>()
  const ended = Promise.withResolvers<number>()
  /** Whether all have listened. */
  let isStarted = false
  let isStopping = false
  let exitCode = 0
  void firstListens.promise.then(() => {
    if (!isStopping) for (const other of others) start(other)
  })
  if (first) start(first, true)

  return {
    firstListens: firstListens.promise,
    allListen: allListen.promise,
    tell(message) {
      for (const { worker } of places) if (worker) sendTo(worker, message)
    },
    stop,
    ended: ended.promise,
  }

  function start(place: Place, isFirst = false): void {
    try {
      place.worker = workerAt(place, isFirst)
    } catch (err) {
      // Node throws where there is no memory for a process, and has an event for some other causes.
      report(err, place)
      gone(place, { code: 1, signal: null })
    }
  }

  function workerAt(place: Place, isFirst: boolean): Worker {
    const { number } = place
    const worker = startWorker({
      begin: { kind: 'begin', number, isFirst },
      take(message) {
        if (message.kind === 'listening') listens(place, worker, message)
        else if (message.kind === 'told') metrics.told(worker, message.told)
        else void answer(worker)
      },
      ended(ending) {
        if (place.worker === worker) gone(place, ending)
      },
      silent() {
        metrics.ended(worker)
      },
      report(err) {
        report(err, place)
      },
    })
    return worker
  }

  function report(err: unknown, { number }: Place): void {
    logger.error({ err, number }, 'a worker cannot be started, or reached')
  }

  async function answer(worker: Worker): Promise<void> {
    try {
      sendTo(worker, { kind: 'metrics', text: await metrics.expose() })
    } catch (err) {
      logger.error({ err }, 'metrics cannot be read')
    }
  }

  function listens(place: Place, worker: Worker, message: Listening): void {
    place.listens = true
    place.timer = setTimeout(() => (place.soonEnded = 0), soon).unref()
    metrics.began(worker)
    firstListens.resolve(message)
    if (!places.every((one) => one.listens)) return
    isStarted = true
    allListen.resolve(undefined)
  }

  function gone(place: Place, ending: Ending): void {
    const { number, listens: hasListened } = place
    clearTimeout(place.timer)
    place.worker = null
    place.listens = false
    if (isStopping) {
      // Who was told to end before it could listen had nothing to end.
      if (ending.code !== 0 && (hasListened || ending.signal !== 'SIGTERM')) exitCode ||= 1
      endIfEmpty()
      return
    }
    const isHopeless = isConfiguration(ending) && places.every(({ listens }) => !listens)
    if (!hasListened && (!isStarted || isHopeless)) {
      exitCode = ending.code ?? 1
      stop()
      return
    }
    const pause =
      place.soonEnded === 0 ? 0 : Math.min(longestPause, shortestPause * 2 ** (place.soonEnded - 1))
    place.soonEnded += 1
    logger.error({ number, ...ending, pause }, 'a worker has ended: another one takes its place')
    place.timer = setTimeout(() => {
      start(place)
    }, pause)
  }

  function stop(): void {
    isStopping = true
    for (const { worker, timer } of places) {
      if (worker) endWorker(worker)
      else clearTimeout(timer)
    }
    endIfEmpty()
  }

  function endIfEmpty(): void {
    if (places.every(({ worker }) => !worker)) ended.resolve(exitCode)
  }
}
