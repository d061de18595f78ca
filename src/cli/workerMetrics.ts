import type { Worker } from 'node:cluster'
import type { ProcessMetrics } from '../metrics/processMetrics.ts'
import { createSums, type Told } from '../metrics/sums.ts'
import { sendTo } from './workerProcess.ts'

/** How long a worker may take to tell its metrics, in milliseconds. */
const patience = 2_000

export interface WorkerMetrics {
  readonly contentType: string
  /** Asks all workers, and adds up what they tell in time, in Prometheus' text format. */
  readonly expose: () => Promise<string>
  readonly began: (worker: Worker) => void
  readonly told: (worker: Worker, told: Told) => void
  readonly ended: (worker: Worker) => void
}

interface OfWorker {
  /** What it told last. */
  last: Told
  /** Whether that is what it was asked for. */
  isInTime: boolean
  /** To be called when it tells. */
  settle: () => void
}

/** Makes what has the metrics of all workers. `own`: those of the process that has started them. */
export function createWorkerMetrics(own: ProcessMetrics): WorkerMetrics {
  const sums = createSums()
  const all = new Map<Worker, OfWorker>()
  let underWay: Promise<string> | undefined

  return {
    contentType: sums.contentType,
    // However many ask for them, workers are asked once at a time.
    expose: () => (underWay ??= exposed().finally(() => (underWay = undefined))),
    began(worker) {
      all.set(worker, { last: [], isInTime: false, settle: () => undefined })
    },
    told(worker, told) {
      const of = all.get(worker)
      if (!of) return
      of.last = told
      of.isInTime = true
      of.settle()
    },
    ended(worker) {
      const of = all.get(worker)
      if (!of) return
      all.delete(worker)
      sums.keep(of.last)
      of.settle()
    },
  }

  async function exposed(): Promise<string> {
    await Promise.all([...all].map(([worker, of]) => asked(worker, of)))
    const told = (isInTime: boolean) =>
      [...all.values()].filter((of) => of.isInTime === isInTime).map(({ last }) => last)
    return sums.expose([await own.getMetricsAsJSON(), ...told(true)], told(false))
  }

  function asked(worker: Worker, of: OfWorker): Promise<void> {
    of.isInTime = false
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patience)
      of.settle = () => {
        clearTimeout(timer)
        resolve()
      }
      sendTo(worker, { kind: 'tell' })
    })
  }
}
