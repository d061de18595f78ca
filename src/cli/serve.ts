import { createApp } from '../app.ts'
import { loadConfig, reloadSettings, widenThreadPool } from '../config.ts'
import { Failure } from '../errors.ts'
import { createProcessMetrics } from '../metrics/processMetrics.ts'
import { lowerBackgroundThreads } from './backgroundThreads.ts'
import { clock } from './clock.ts'
import type { HangUp } from './hangUp.ts'
import { createLog } from './log.ts'
import { makeUpPassword } from './secret.ts'

/** How long requests may go on after the process is told to stop, in milliseconds. */
const patience = 10_000

interface ServeOptions {
  /** Whether all gateways on the database are to agree on the realms and domains of this one. */
  adoptRealms?: boolean
  /** Where SIGHUP is taken already. */
  hangUp: HangUp
}

/** Answers at both doors until the process is told to stop. Logs go to standard output, notes to standard error. */
export async function serve({ adoptRealms = false, hangUp }: ServeOptions): Promise<void> {
  widenThreadPool()
  await lowerBackgroundThreads()
  const config = loadConfig()
  const logger = createLog(config.logLevel)
  // Only a terminal has somebody who reads the password that is made up.
  const { settingsFile } = config
  const readSettings = settingsFile === null ? null : () => reloadSettings(settingsFile)
  const parts = { config, logger, clock, adoptRealms, readSettings, processMetrics: createProcessMetrics() }
  const app = await createApp({ ...parts, ...(process.stderr.isTTY && { makeUpPassword }) })
  if (app.madeUpPassword !== null) {
    note(`The superuser elastic has been made. Its password, shown only now:\n\n  ${app.madeUpPassword}\n`)
  }
  let isStopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      isStopping = true
      setTimeout(() => app.server.server.closeAllConnections(), patience).unref()
      // A database that does not answer does not let go of its connections either.
      setTimeout(() => process.exit(), patience + 4_000).unref()
      app
        .close()
        .catch((err: unknown) => {
          logger.fatal({ err }, 'could not close')
          process.exitCode = 1
        })
        // Nor does whoever does not read standard output.
        .finally(() => setTimeout(() => process.exit(), 1_000).unref())
    })
  }
  hangUp.leadTo(app)
  const metrics = await listening(() => app.listenForMetrics(), 'metrics.host and metrics.port')
  const address = await listening(() => app.listen(), 'HOST and PORT')
  if (address === null) return
  if (metrics !== null) note(`Metrics        ${metrics}/metrics`)
  note(`GraphQL        ${address}/graphql  (GraphiQL in a browser)\nElasticsearch  ${address}`)

  /** The address; null: there is none, or the process has been told to stop meanwhile. */
  function listening(listen: () => Promise<string | null>, where: string): Promise<string | null> {
    return listen().catch(async (error: unknown) => {
      await app.close()
      if (isStopping) return null
      throw listenFailure(where, error)
    })
  }
}

function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

function listenFailure(where: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
  return new Failure('CONFIGURATION', `cannot listen on ${where}: ${code}`, { cause: error })
}
