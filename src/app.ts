// The composition root: configuration → stores → realms → use cases → schema → doors → server.

import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import packageJson from '../package.json' with { type: 'json' }
import { createIdentifyCaller } from './authentication/caller.ts'
import { createChain } from './authentication/chain.ts'
import { createDomainOf } from './authentication/domain.ts'
import { createMappedSubject } from './authentication/mappedSubject.ts'
import { createPasswords } from './authentication/passwords.ts'
import { createProve } from './authentication/prove.ts'
import { ensureSuperuser } from './authentication/superuser.ts'
import { startSweeper } from './authentication/tokens/sweeper.ts'
import { createTokenRealm } from './authentication/tokens/tokenRealm.ts'
import { createTokens } from './authentication/tokens/tokens.ts'
import { createUsers } from './authentication/users.ts'
import { createAuthorize } from './authorization/authorize.ts'
import { createMappedRoles } from './authorization/mappings/mappedRoles.ts'
import { createRoleMappings } from './authorization/mappings/roleMappings.ts'
import { createRoles } from './authorization/roles.ts'
import type { Config } from './config.ts'
import { rows } from './elasticsearch/rows.ts'
import { createShim } from './elasticsearch/shim.ts'
import { Failure } from './errors.ts'
import type { UseCases } from './graphql/builder.ts'
import { createGraphqlDoor } from './graphql/door.ts'
import { createRun } from './graphql/run.ts'
import { schema } from './graphql/schema.ts'
import { createServer } from './http/server.ts'
import { createActivate } from './profile/activate.ts'
import { createProfiles } from './profile/profiles.ts'
import { createSetProfileEnabled } from './profile/setProfileEnabled.ts'
import { createUpdateData } from './profile/updateData.ts'
import { agreementOf, requireAgreement } from './realms/agreement.ts'
import { createRealms } from './realms/realms.ts'
import { openDatabase } from './storage/database.ts'

export interface App {
  readonly server: FastifyInstance
  /** The password that was made up for the superuser, once: whoever runs the gateway must be told. */
  readonly madeUpPassword: string | null
  /** Starts to listen, and returns the address. */
  listen(): Promise<string>
  /** Lets the requests under way finish, and closes the database. */
  close(): Promise<void>
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
}

/** Puts the gateway together on an open database. It does not listen yet. */
export async function createApp({
  config,
  logger,
  clock,
  makeUpPassword,
  adoptRealms = false,
}: AppParts): Promise<App> {
  const { settings } = config
  const database = await openDatabase({
    url: config.databaseUrl,
    clock,
    poolSize: settings.database.pool_size,
    connectionTimeout: settings.database.connection_timeout,
    statementTimeout: settings.database.statement_timeout,
    migrateOnStart: settings.database.migrate === 'on_start',
  })
  const closing: (() => unknown)[] = [database.close]
  try {
    const { users, roles, roleMappings, profiles, tokens, securityEpoch } = database

    const passwords = createPasswords()
    const realms = createRealms({ settings, users, passwords, clock, logger })
    closing.unshift(realms.close)
    const madeUpPassword = await prepareSuperuser()
    // Last of what can be in the way: a gateway that does not start agrees on nothing.
    const agreement = agreementOf(settings)
    if (adoptRealms)
      logger.warn({ agreed: agreement.split('\n') }, 'all gateways are to agree on these realms')
    requireAgreement(await database.agreeOnRealms(agreement, adoptRealms), agreement)
    const realmOf = realms.refOf
    const mappedRoles = createMappedRoles({
      stored: roleMappings,
      report: (name, cause) => {
        logger.warn({ err: cause }, `the role mapping [${name}] cannot be read, and gives no roles`)
      },
    })
    const mappedSubject = createMappedSubject(mappedRoles)
    const chain = createChain([createTokenRealm({ tokens, realmOf }), ...realms.chain])
    const prove = createProve({ chain, mappedSubject, securityEpoch })
    const authorize = createAuthorize(roles)

    const useCases: UseCases = {
      activate: createActivate({
        authorize,
        prove,
        profiles,
        domainOf: createDomainOf(settings.domains),
        unchangedGrace: settings.activation.unchanged_grace,
      }),
      profiles: createProfiles({ authorize, profiles }),
      updateData: createUpdateData({
        authorize,
        profiles,
        maxSize: settings.profile.max_size,
      }),
      setProfileEnabled: createSetProfileEnabled({ authorize, profiles }),
      users: createUsers({ authorize, users, passwords }),
      tokens: createTokens({
        authorize,
        prove,
        tokens,
        realmOf,
        mappedSubject,
        timeout: settings.token.timeout,
        revokeOnReuse: settings.token.revoke_on_reuse,
        reportReuse: (reuse) => {
          logger.warn(reuse, 'a refresh token was used again')
        },
      }),
      roles: createRoles({ authorize, roles }),
      roleMappings: createRoleMappings({ authorize, mappings: roleMappings }),
      server: {
        name: packageJson.name,
        version: packageJson.version,
        clusterUuid: database.clusterUuid,
      },
    }

    const server = createServer({
      identifyCaller: createIdentifyCaller({ prove, securityEpoch }),
      doors: {
        '/graphql': createGraphqlDoor({
          schema,
          useCases,
          bodyLimit: settings.graphql.max_content_length,
          report: (cause) => logger.error({ err: cause }, 'a field failed'),
        }),
        '*': createShim({
          rows,
          run: createRun(
            schema,
            useCases,
            rows.map(({ operation }) => operation),
          ),
          bodyLimit: settings.http.max_content_length,
        }),
      },
      async check() {
        await database.check()
        // Another one may have had its own adopted since: two of them could give one user two profiles.
        requireAgreement(await database.agreedRealms(), agreement)
      },
      problems: realms.problems,
      logger,
    })
    closing.unshift(
      startSweeper({
        tokens,
        report: (cause) => {
          logger.error({ err: cause }, 'could not remove old tokens')
        },
      }),
    )
    server.addHook('onClose', close)

    return {
      server,
      madeUpPassword,
      listen: () => server.listen({ host: config.host, port: config.port }),
      close: () => server.close(),
    }

    async function prepareSuperuser(): Promise<string | null> {
      const parts = { users, passwords }
      const outcome = await ensureSuperuser(parts, config.elasticPassword)
      if (outcome === 'differs') {
        logger.warn('ELASTIC_PASSWORD is not the password of elastic, which stays as it is')
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
    throw error
  }

  async function close(): Promise<void> {
    for (const end of closing) await end()
  }
}
