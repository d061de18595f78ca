import { availableParallelism } from 'node:os'
import type { Logger } from 'pino'
import { createApp, type App } from '../app.ts'
import { isGatewayYmlThere, loadConfig, reloadSettings } from '../config.ts'
import { createProcessMetrics } from '../metrics/processMetrics.ts'
import { databasePlace } from '../storage/databasePlace.ts'
import { clock } from './clock.ts'
import { tellMisspelt } from './commandConfig.ts'
import type { HangUp } from './hangUp.ts'
import { startHashingProcess } from './hashingProcess.ts'
import { listeningFailure, ownPlace, placeOfMetrics, requireFreePorts, type Place } from './listening.ts'
import { createLog } from './log.ts'
import { note } from './note.ts'
import { longestPatience, patience } from './patience.ts'
import { makeUpPassword } from './secret.ts'

interface GatewayOptions {
  /** Whether all gateways on the database are to agree on the realms and domains of this one. */
  adoptRealms: boolean
  /** Where SIGHUP is taken already. */
  hangUp: HangUp
  /** Where it is one of several processes. */
  worker?: {
    readonly number: number
    /** How many there are. */
    readonly workers: number
    /** Whether what is done once is for it to do: adopting realms, and making up a password. */
    readonly isFirst: boolean
    readonly exposeAll: () => Promise<string>
  }
}

export interface Gateway {
  readonly app: App
  readonly logger: Logger
  /** Which database it has open, for people. */
  readonly database: string
  readonly address: string
  /** Where metrics have a port of their own. */
  readonly metricsAddress: string | null
  /** Ends it, and the process. */
  readonly stop: () => void
  /** Resolves when it has ended, and the process is about to. */
  readonly ended: Promise<void>
}

/**
 * Answers at both doors, until the process is told to stop. Logs go to standard output, notes to standard error.
 * Null: it has been told so before it could listen.
 */
export async function startGateway({ adoptRealms, hangUp, worker }: GatewayOptions): Promise<Gateway | null> {
  const { number, workers = 1, isFirst = true, exposeAll } = worker ?? {}
  // All workers together are to hash no more passwords at once than there are cores; each of them hashes one.
  const cores = Math.ceil(availableParallelism() / workers)
  const config = loadConfig()
  const logger = createLog(config.logLevel, number)
  if (isFirst)
    tellMisspelt((problem) => {
      logger.warn(problem)
    })
  // Of several processes, the one that starts them has tried it.
  if (!worker) await requireFreePorts(config)
  const hashing = startHashingProcess({
    threads: cores,
    // With as many threads that answer as there are cores, nothing would ever be left.
    mayBeIdle: availableParallelism() > workers,
    lost(reason, pause) {
      logger.error(
        { reason, pause },
        'the process that hashes passwords has ended: this one hashes until there is a new one',
      )
    },
  })
  const { settingsFile } = config
  const database = databasePlace(config.databaseUrl)
  const creating = createApp({
    ...{ config, logger, clock },
    adoptRealms: adoptRealms && isFirst,
    adoptReloaded: adoptRealms,
    readSettings: settingsFile === null ? null : () => reloadSettings(settingsFile),
    processMetrics: createProcessMetrics(),
    worker: exposeAll ? { cores, exposeAll } : null,
    hashing,
    hashingStarves() {
      logger.warn(
        'what else runs on this machine keeps passwords waiting: from now on they have a share of its cores',
      )
      hashing.share()
    },
    // Only a terminal has somebody who reads the password that is made up.
    ...(process.stderr.isTTY && isFirst && { makeUpPassword }),
  })
  const [app] = await Promise.all([creating, hashing.ready])
  if (app.madeUpPassword !== null) {
    note(`The superuser elastic has been made. Its password, shown only now:\n\n  ${app.madeUpPassword}\n`)
  }
  let isStopping = false
  const ended = Promise.withResolvers<undefined>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  hangUp.leadTo({ reload, stop })
  const metricsAddress = await listening(() => app.listenForMetrics(), placeOfMetrics(config))
  const address = await listening(() => app.listen(), ownPlace(config))
  if (address === null) return null
  return { app, logger, database, address, metricsAddress, stop, ended: ended.promise }

  function reload(): void {
    if (settingsFile === null && isGatewayYmlThere())
      logger.warn('there was no gateway.yml at the start: a restart takes the one that is there now')
    else app.reload()
  }

  function stop(): void {
    if (isStopping) return
    isStopping = true
    void endGateway(app, logger).finally(hashing.close).then(ended.resolve)
  }

  /** The address; null: there is none, or the process has been told to stop meanwhile. */
  function listening(listen: () => Promise<string | null>, place: Place | null): Promise<string | null> {
    return listen().catch(async (error: unknown) => {
      await app.close()
      if (isStopping) return null
      throw place ? listeningFailure(place, error) : error
    })
  }
}

async function endGateway(app: App, logger: Logger): Promise<undefined> {
  setTimeout(() => app.server.server.closeAllConnections(), patience).unref()
  // A database that does not answer does not let go of its connections either.
  setTimeout(() => process.exit(), longestPatience).unref()
  try {
    await app.close()
  } catch (err) {
    logger.fatal({ err }, 'could not close')
    process.exitCode = 1
  }
  // Nor does whoever does not read standard output.
  setTimeout(() => process.exit(), 1_000).unref()
}
