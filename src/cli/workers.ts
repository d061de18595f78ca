import { loadConfig } from '../config.ts'
import { Failure } from '../errors.ts'
import { createProcessMetrics } from '../metrics/processMetrics.ts'
import { createMetricsHost } from '../metricsHost.ts'
import { databasePlace } from '../storage/databasePlace.ts'
import { isSqlite } from '../storage/sqliteFile.ts'
import { startFleet } from './fleet.ts'
import type { HangUp } from './hangUp.ts'
import { listeningFailure, placeOfMetrics, requireFreePorts } from './listening.ts'
import { createLog } from './log.ts'
import { notePlaces } from './note.ts'
import { createWorkerMetrics } from './workerMetrics.ts'

interface WorkersOptions {
  /** How many. */
  workers: number
  /** Where SIGHUP is taken already. */
  hangUp: HangUp
}

/**
 * Has several processes answer at one address until it is told to stop. It answers nothing itself but metrics, where they
 * have a port of their own. Resolves to the exit code.
 * @throws `CONFIGURATION` if the configuration is not right, or on SQLite
 */
export async function serveByWorkers({ workers: size, hangUp }: WorkersOptions): Promise<number> {
  const config = loadConfig()
  const { settings, databaseUrl, logLevel } = config
  if (isSqlite(databaseUrl)) {
    throw new Failure('CONFIGURATION', '--workers needs PostgreSQL: a file of SQLite is for one process')
  }
  await requireFreePorts(config)
  const database = databasePlace(databaseUrl)
  const logger = createLog(logLevel)
  const metrics = createWorkerMetrics(createProcessMetrics())
  const host = createMetricsHost({ settings, logger, ...metrics })
  const metricsAddress = host ? await host.listen().catch(noMetrics) : null
  const fleet = startFleet({ size, metrics, logger })
  // A terminal sends them to the workers too, which end once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, fleet.stop)
  void fleet.firstListens.then(() => {
    hangUp.leadTo({ reload, stop: fleet.stop })
  })
  void Promise.all([fleet.firstListens, fleet.allListen]).then(([{ address }]) => {
    notePlaces({ database, metricsAddress, address })
  })
  const exitCode = await fleet.ended
  await host?.close()
  // Whoever does not read standard output keeps nothing from ending.
  setTimeout(() => process.exit(exitCode), 1_000).unref()
  return exitCode

  function reload(): void {
    fleet.tell({ kind: 'reload' })
    try {
      host?.reload()
    } catch (err) {
      logger.error({ err }, 'the certificate of the metrics stays as it is')
    }
  }

  function noMetrics(error: unknown): never {
    const place = placeOfMetrics(config)
    throw place ? listeningFailure(place, error) : error
  }
}
