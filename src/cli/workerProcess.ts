import cluster, { type Worker } from 'node:cluster'
import { longestPatience } from './patience.ts'
import type { MessageOfWorker, MessageToWorker } from './workerMessage.ts'

/** How a process has ended. */
export interface Ending {
  /** Null: by a signal. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

interface WorkerProcessParts {
  begin: Extract<MessageToWorker, { kind: 'begin' }>
  take: (message: MessageOfWorker) => void
  /** Told that it has ended. It may have said something last that comes after that. */
  ended: (ending: Ending) => void
  /** Told that nothing more comes. */
  silent: () => void
  /** Takes why it cannot be started, or reached. */
  report: (err: Error) => void
}

/** Starts a worker: this program once more, which is told who it is. */
export function startWorker({ begin, take, ended, silent, report }: WorkerProcessParts): Worker {
  cluster.setupPrimary({ serialization: 'advanced' })
  const worker = cluster.fork()
  worker.on('message', take)
  worker.once('disconnect', silent)
  worker.once('exit', (code: number | null, signal: NodeJS.Signals | null) => {
    ended({ code, signal })
  })
  worker.on('error', (err) => {
    report(err)
    // Then it has never been.
    if (worker.process.pid === undefined) ended({ code: 1, signal: null })
  })
  sendTo(worker, begin)
  return worker
}

export function sendTo(worker: Worker, message: MessageToWorker): void {
  // Whoever is gone does not listen.
  if (worker.isConnected()) worker.send(message, () => undefined)
}

/** Has a worker end, by itself if it can. */
export function endWorker(worker: Worker): void {
  worker.process.kill('SIGTERM')
  setTimeout(() => {
    if (!worker.isDead()) worker.process.kill('SIGKILL')
  }, longestPatience + 1_000).unref()
}
