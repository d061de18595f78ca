import cluster from 'node:cluster'
import { once } from 'node:events'
import { Failure } from '../errors.ts'
import { startGateway, type Gateway } from './gateway.ts'
import type { ServeOptions } from './serve.ts'
import type { MessageOfWorker, MessageToWorker } from './workerMessage.ts'

/** How long to wait for the metrics of all workers, in milliseconds: longer than each of them has. */
const patience = 5_000

/** Answers as one of several processes at one address, until it is told to stop or the process is gone that has started it. */
export async function serveAsWorker({
  workers,
  adoptRealms = false,
  hangUp,
}: ServeOptions & { workers: number }): Promise<void> {
  const [begin] = (await once(process, 'message')) as [MessageToWorker]
  if (begin.kind !== 'begin') throw new Error('a worker has to be told who it is first')
  // It ends when it has nothing more to do, though it could still be told something.
  process.channel?.unref()
  let asked: PromiseWithResolvers<string> | undefined
  let gateway: Gateway | null = null
  process.on('message', (message: MessageToWorker) => {
    if (message.kind === 'metrics') asked?.resolve(message.text)
    if (message.kind === 'reload') hangUp.take()
    if (message.kind === 'tell') void tell()
  })
  const { number, isFirst } = begin
  const worker = { number, workers, isFirst, exposeAll }
  gateway = await startGateway({ adoptRealms, hangUp, worker })
  if (!gateway) return
  const { address, stop, ended } = gateway
  cluster.worker?.once('disconnect', () => {
    // Requests under way are to be answered.
    if (cluster.worker) cluster.worker.exitedAfterDisconnect = true
    stop()
  })
  void ended.then(tell)
  say({ kind: 'listening', address })

  async function tell(): Promise<void> {
    if (!gateway) return
    const { app, logger } = gateway
    try {
      say({ kind: 'told', told: await app.metrics() })
    } catch (err) {
      logger.error({ err }, 'metrics cannot be told')
    }
  }

  async function exposeAll(): Promise<string> {
    asked = Promise.withResolvers()
    const timer = setTimeout(() => {
      asked?.reject(new Failure('UNAVAILABLE', 'metrics cannot be read now, try again later'))
    }, patience)
    say({ kind: 'ask' })
    return asked.promise.finally(() => {
      clearTimeout(timer)
    })
  }
}

function say(message: MessageOfWorker): void {
  // Whoever is gone does not listen.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}
