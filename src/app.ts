// The composition root: configuration → stores → realms → use cases → schema → doors → server.

import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import packageJson from '../package.json' with { type: 'json' }
import { theGateway, theOperator } from './audit/actors.ts'
import { createAudit, noAudit, type Audit } from './audit/audit.ts'
import { openDestination, type Destination } from './audit/destination.ts'
import { recordedUsers } from './audit/recordedUsers.ts'
import { createDecoys } from './authentication/decoys.ts'
import type { Hashing } from './authentication/hashing.ts'
import { startHashCensus } from './authentication/hashCensus.ts'
import { createPasswords } from './authentication/passwords.ts'
import { ensureSuperuser } from './authentication/superuser.ts'
import { startSweeper } from './authentication/tokens/sweeper.ts'
import { closeAll } from './closeAll.ts'
import type { Config, Settings } from './config.ts'
import { databaseOptions } from './databaseOptions.ts'
import { rows } from './elasticsearch/rows.ts'
import { createShim } from './elasticsearch/shim.ts'
import { Failure } from './errors.ts'
import type { Sender } from './graphql/builder.ts'
import { createAllowedOperations } from './graphql/allowedOperations.ts'
import { createAnswersMemory } from './graphql/answersMemory.ts'
import { createGraphqlDoor } from './graphql/door.ts'
import { createRun } from './graphql/run.ts'
import { schema } from './graphql/schema.ts'
import { allowOrigins } from './http/crossOrigin.ts'
import { recertify } from './http/connections.ts'
import { createPeerOf } from './http/peer.ts'
import { createServer } from './http/server.ts'
import { createMetricsDoor } from './metrics/door.ts'
import { createMetrics } from './metrics/metrics.ts'
import type { ProcessMetrics } from './metrics/processMetrics.ts'
import type { Told } from './metrics/sums.ts'
import { createMetricsHost, limitsOf, type MetricsHost } from './metricsHost.ts'
import { requireAgreement } from './realms/agreement.ts'
import { createCurrentRealms } from './realms/currentRealms.ts'
import { settingsForRestart } from './settings/settingsForRestart.ts'
import { readTls } from './settings/tls.ts'
import { openDatabase } from './storage/database.ts'
import { openingFailure } from './storage/openingFailure.ts'
import { createUseCases } from './useCases.ts'

export interface App {
  readonly server: FastifyInstance
  /** The password that was made up for the superuser, if one just was: whoever runs the gateway must be told. */
  readonly madeUpPassword: string | null
  /** Starts to listen, and returns the address. */
  listen(): Promise<string>
  /** Starts to listen on the port of metrics, and returns the address; null: they have none of their own. */
  listenForMetrics(): Promise<string | null>
  /** The metrics of this process. */
  metrics(): Promise<Told>
  /**
   * Reads again what may have been replaced while it runs, and logs what came of it. What cannot be used stays as it was.
   */
  reload(): void
  /** Lets the requests under way finish, and closes the database. */
  close(): Promise<void>
}

interface Reloadable {
  readonly name: string
  /** Reads it again. Throws if it cannot be used: then the one before stays. */
  readonly read: () => void
}

interface AppParts {
  config: Config
  logger: Logger
  /** Epoch milliseconds. */
  clock: () => number
  /** Makes up a password for the superuser where it has none and none is configured. Without it, that is an error. */
  makeUpPassword?: () => string
  /** Whether all gateways on the database are to agree on the realms and domains of this one. */
  adoptRealms?: boolean
  /** The same when it reads them again. Without it: as at the start. */
  adoptReloaded?: boolean
  /** Reads the settings again, for `reload`; without it, they stay. Throws `CONFIGURATION`, as the first reading does. */
  readSettings?: (() => Settings) | null
  /** Where audit lines go, in place of where the settings say; null: nowhere. */
  auditTo?: Destination | null
  /** What is told of the process beside the gateway's own metrics. */
  processMetrics?: ProcessMetrics | null
  /** Set where it is one of several processes at one address. */
  worker?: WorkerParts | null
  /** What hashes passwords; without, threads of this process. */
  hashing?: Hashing | undefined
  /** Told once, when passwords were hashed very slowly. */
  hashingStarves?: () => void
}

interface WorkerParts {
  /** How many passwords it hashes at once. */
  readonly cores: number
  /** Asks for the metrics of all of them, which have no port at this one. */
  readonly exposeAll: () => Promise<string>
}

/** Puts the gateway together on an open database. It does not listen yet. */
export async function createApp({
  config,
  logger,
  clock,
  makeUpPassword,
  adoptRealms = false,
  adoptReloaded = adoptRealms,
  readSettings = null,
  auditTo,
  processMetrics = null,
  worker = null,
  hashing,
  hashingStarves,
}: AppParts): Promise<App> {
  const { settings } = config
  const { allowed_operations: operations } = settings.graphql
  const allowed = operations ? createAllowedOperations(schema, operations) : undefined
  const metrics = createMetrics({
    version: packageJson.version,
    process: processMetrics,
    exposeAll: worker?.exposeAll ?? null,
  })
  const database = await openDatabase({ ...databaseOptions(config, clock), watch: metrics.statements })
  const closing: (() => unknown)[] = [database.close]
  try {
    const { tokens, apiKeys, attempts } = database
    const audit = await openAudit()
    closing.push(audit.close)
    const users = recordedUsers(database.users, audit.operation)
    const decoys = createDecoys()
    const passwords = createPasswords({
      ...{ decoyFor: decoys.decoyFor, clock },
      ...{ watch: metrics.hashes, count: metrics.countPassword },
      ...(worker && { cores: worker.cores }),
      ...(hashing && { hashing }),
      ...(hashingStarves && { starves: hashingStarves }),
      report(refused) {
        if (refused) logger.warn(refused, 'too many passwords wait to be checked: some are refused')
        else logger.info('no password waits to be checked any more')
      },
    })
    const realms = createCurrentRealms({
      ...{ settings, users, passwords, watch: metrics.realms, clock, logger },
      read: readRealms,
      agreed: database.agreedRealms,
      adopt: adoptReloaded ? adopt : null,
      record: (changes, run) =>
        audit.operation(theGateway(), {
          action: 'realms-reload',
          about: () => ({ target: { realms: changes } }),
          run,
        }),
      // Once until the caller is known, and once more when the whole request is there.
      longestAnswer: 2 * settings.http.answer_timeout,
    })
    closing.unshift(realms.close)
    const madeUpPassword = await prepareSuperuser()
    // After all else that can fail: a gateway that does not start must not have agreed on anything.
    const agreement = realms.agreement()
    const agreed = adoptRealms ? adopt(agreement) : database.agreeOnRealms(agreement, false)
    requireAgreement(await agreed, agreement)
    closing.unshift(
      await startHashCensus({
        users,
        decoys,
        report: (cause) => {
          logger.error({ err: cause }, 'could not count the hashes of passwords')
        },
      }),
    )
    const { answering, close: counted } = createUseCases({
      ...{ settings, database, passwords, audit, metrics, clock, logger },
      realms: realms.now,
    })
    closing.unshift(counted)
    const problems = () => [...realms.now().problems(), ...audit.problems()]
    metrics.tell({
      realms: () => realms.now().states(),
      passwords: passwords.remembered,
      pool: database.pool,
      auditFailures: audit.failures,
      ...{ problems, clock },
    })
    const answersMemory = createAnswersMemory()
    const shim = createShim({
      rows,
      run: createRun(
        schema,
        rows.map(({ operation }) => operation),
        answersMemory,
      ),
      bodyLimit: settings.http.max_content_length,
    })
    const metricsHost = worker ? null : openMetrics()
    const server = createServer({
      async identifyCaller(headers, uri, origin): Promise<Sender> {
        const { identifyCaller, useCases } = answering()
        return { caller: await identifyCaller(headers, uri, origin), useCases }
      },
      written: audit.written,
      doors: {
        '/graphql': allowOrigins(
          createGraphqlDoor({
            schema,
            bodyLimit: settings.graphql.max_content_length,
            ...{ allowed, answersMemory },
            report: (cause) => logger.error({ err: cause }, 'a field failed'),
          }),
          settings.cors.allowed_origins,
        ),
        ...(settings.metrics.port === null && {
          '/metrics': createMetricsDoor(shim, metrics.contentType, ({ caller, useCases }) =>
            useCases.readMetrics(caller),
          ),
        }),
        '*': shim,
      },
      peerOf: createPeerOf({
        trustedProxies: settings.proxies.trusted_proxies,
        addressHeader: settings.proxies.address_header,
      }),
      limits: { ...limitsOf(settings.http), maxContentUnderWay: settings.http.max_content_under_way },
      tls: settings.tls,
      async check() {
        await database.check()
        // Another gateway may have had its realms adopted since: together they could give one user two profiles.
        requireAgreement(await database.agreedRealms(), realms.agreement())
      },
      problems,
      answerTimeout: settings.http.answer_timeout,
      watch: metrics.requests,
      logger,
    })
    closing.unshift(
      startSweeper({
        tokens,
        apiKeys,
        attempts,
        report: (cause) => {
          logger.error({ err: cause }, 'could not remove old tokens, API keys and attempts')
        },
      }),
    )
    server.addHook('onClose', close)
    const reloaded = reloadable(audit, server)

    return {
      server,
      madeUpPassword,
      async listen() {
        const address = await server.listen({ host: config.host, port: config.port })
        // Not earlier, so that the start does not wait for it, and not later, when many requests would.
        database.loadClient().catch((err: unknown) => {
          logger.error({ err }, 'the client of the database could not be loaded')
        })
        return settings.tls ? address.replace(/^http:/, 'https:') : address
      },
      listenForMetrics: async () => (metricsHost ? metricsHost.listen() : null),
      metrics: metrics.told,
      reload() {
        if (reloaded.length === 0 && !readSettings)
          logger.info('there is nothing to read anew: no gateway.yml, certificate or file of the audit log')
        for (const { name, read } of reloaded) {
          try {
            read()
            logger.info(`${name} is opened anew`)
          } catch (err) {
            logger.error({ err }, `${name} stays as it is`)
          }
        }
        if (readSettings) realms.reload()
      },
      close: () => server.close(),
    }

    function openMetrics(): MetricsHost | null {
      const { contentType, expose } = metrics
      const opened = createMetricsHost({ settings, contentType, expose, logger })
      if (opened) closing.unshift(opened.close)
      return opened
    }

    /** What may be replaced while it runs. */
    function reloadable(audit: Audit, { server: listener }: FastifyInstance): Reloadable[] {
      const { tls, audit: recorded } = settings
      const all: Reloadable[] = []
      if (typeof recorded.destination === 'object')
        all.push({ name: 'the file of the audit log', read: audit.reopen })
      if (tls)
        all.push({
          name: 'the certificate',
          read: () => {
            const renewed = readTls(tls.files)
            recertify(listener, renewed)
            metricsHost?.recertify(renewed)
          },
        })
      return all
    }

    async function openAudit(): Promise<Audit> {
      const { destination: target, on_failure: onFailure } = settings.audit
      const isSet = auditTo === undefined && target !== 'none'
      const destination = isSet ? openDestination(target, worker !== null) : auditTo
      if (!destination) return noAudit
      const nameKey = await database.auditKey()
      const report = (err: unknown, failures: number) => {
        logger.error({ err, failures }, 'audit lines cannot be written')
      }
      return createAudit({ destination, onFailure, nameKey, clock, report })
    }

    /** The settings as they are now. The log names those that have changed and count only after a restart. */
    function readRealms(): Settings {
      const read = readSettings?.() ?? settings
      for (const name of settingsForRestart(settings, read)) logger.warn(`needs a restart: ${name}`)
      return read
    }

    function adopt(agreement: string): Promise<string> {
      const realms = agreement.split('\n')
      logger.warn({ agreed: realms }, 'all gateways are to agree on these realms')
      return audit.operation(theOperator(), {
        action: 'realms-adopt',
        about: () => ({ target: { realms } }),
        run: () => database.agreeOnRealms(agreement, true),
      })
    }

    async function prepareSuperuser(): Promise<string | null> {
      const parts = { users, passwords }
      const outcome = await ensureSuperuser(parts, config.elasticPassword)
      if (outcome === 'differs') {
        logger.warn(
          'ELASTIC_PASSWORD is not the password of elastic, which stays as it is: `users reset-password elastic` changes it',
        )
      }
      if (outcome !== 'missing') return null
      if (!makeUpPassword) {
        throw new Failure('CONFIGURATION', 'set ELASTIC_PASSWORD: the superuser elastic has no password yet')
      }
      const password = makeUpPassword()
      return (await ensureSuperuser(parts, password)) === 'made' ? password : null
    }
  } catch (error) {
    await close()
    // While it starts, a database that fails could not be opened: it may be full at the first write. What is reported
    // already does not come from the database.
    const isUnavailable = error instanceof Failure && error.code === 'UNAVAILABLE' && !error.isReported
    throw isUnavailable ? openingFailure(config.databaseUrl, error.cause) : error
  }

  /** The audit log last: whatever ends before it may still write lines. */
  function close(): Promise<void> {
    return closeAll(closing)
  }
}
