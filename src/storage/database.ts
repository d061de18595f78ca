// The databases. This folder alone knows Prisma and SQL; it implements the ports that the other folders declare.

import type { ApiKeyRepository } from '../authentication/apiKeys/apiKeyRepository.ts'
import type { AttemptRepository } from '../authentication/throttle/attemptRepository.ts'
import type { TokenRepository } from '../authentication/tokens/tokenRepository.ts'
import type { UserRepository } from '../authentication/userRepository.ts'
import type { RoleMappingRepository } from '../authorization/mappings/roleMappingRepository.ts'
import type { RoleRepository } from '../authorization/roleRepository.ts'
import type { ProfileRepository } from '../profile/repository.ts'
import { Failure } from '../errors.ts'
import { createApiKeyRepository } from './apiKeys.ts'
import { createAttemptRepository } from './attempts.ts'
import type { Connected } from './client.ts'
import { createCluster } from './cluster.ts'
import type { MigrationState } from './migrationHistory.ts'
import { guarded, insisting } from './guarded.ts'
import { openingFailure } from './openingFailure.ts'
import { createProfileRepository } from './profiles.ts'
import { createRoleMappingRepository } from './roleMappings.ts'
import { createRoleRepository } from './roles.ts'
import { isSqlite } from './sqliteFile.ts'
import { createTokenRepository } from './tokens.ts'
import { createUserRepository } from './users.ts'
import type { WatchStatement } from './watched.ts'

/** How to reach a database, and how patient to be with it. */
export interface DatabaseOptions {
  /** `file:…` or `postgres://…`. */
  readonly url: string
  /** The process's clock in epoch milliseconds: SQLite, which is opened by one process alone, has no better one. */
  readonly clock: () => number
  /** How many connections to PostgreSQL there may be. */
  readonly poolSize: number
  /** How long to wait for a connection to PostgreSQL, in milliseconds. */
  readonly connectionTimeout: number
  /** How long a statement may take on PostgreSQL, in milliseconds. */
  readonly statementTimeout: number
  /** Whether each connection to PostgreSQL keeps the statements that are made again and again. */
  readonly preparedStatements: boolean
  /** Whether a database that is not empty may be migrated too. */
  readonly migrateOnStart: boolean
  /** What sees each statement. */
  readonly watch?: WatchStatement
}

/** An open database at the schema of this release. */
export interface Database {
  readonly users: UserRepository
  readonly roles: RoleRepository
  readonly roleMappings: RoleMappingRepository
  readonly profiles: ProfileRepository
  readonly tokens: TokenRepository
  readonly apiKeys: ApiKeyRepository
  /** Null on SQLite: the one gateway that has it open counts for itself. */
  readonly attempts: AttemptRepository | null
  /** What names this database to clients. */
  readonly clusterUuid: string
  /** Reads the security epoch. */
  readonly securityEpoch: () => Promise<number>
  /** The realms on which all gateways have agreed: these, if they had not, or if these are to be adopted. */
  readonly agreeOnRealms: (realms: string, adopt: boolean) => Promise<string>
  /** Those on which they have agreed. */
  readonly agreedRealms: () => Promise<string>
  /** The key under which the audit logs of all gateways hash names. */
  readonly auditKey: () => Promise<string>
  /** Throws `UNAVAILABLE` if it does not answer, `CONFIGURATION` if its schema is not one for this release any more. */
  readonly check: () => Promise<void>
  /** Loads the client, which is asked what is rare: whoever asked it first would have all others wait for that. */
  readonly loadClient: () => Promise<void>
  /** How its connections stand; null on SQLite, which has but one. */
  readonly pool: () => PoolState | null
  readonly close: () => Promise<void>
}

/** Connections to PostgreSQL, and the statements that wait for one. */
export interface PoolState {
  readonly total: number
  readonly idle: number
  readonly waiting: number
}

/**
 * Opens a database, and brings it to this release where that is this process's to do.
 * @throws `CONFIGURATION` with what stands in the way, `UNAVAILABLE` if the server is not there now
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  try {
    const connected = await connect(options)
    try {
      return await databaseOn(connected, !isSqlite(options.url))
    } catch (error) {
      await connected.close()
      throw error
    }
  } catch (error) {
    throw openingFailure(options.url, error)
  }
}

export async function connect(options: DatabaseOptions): Promise<OpenConnection> {
  return isSqlite(options.url)
    ? (await import('./sqlite.ts')).openSqlite(options)
    : (await import('./postgresql.ts')).openPostgresql(options)
}

/** What opening either database gives. */
export interface OpenConnection extends Connected {
  readonly check: () => Promise<MigrationState>
  readonly pool: Database['pool']
  readonly close: () => Promise<void>
}

async function databaseOn(
  { check, pool, close, ...connected }: OpenConnection,
  isShared: boolean,
): Promise<Database> {
  const { uuid, ...cluster } = createCluster(connected)
  return {
    users: guarded(createUserRepository(connected)),
    roles: guarded(createRoleRepository(connected)),
    roleMappings: guarded(createRoleMappingRepository(connected)),
    profiles: guarded(createProfileRepository(connected)),
    tokens: guarded(createTokenRepository(connected)),
    apiKeys: guarded(createApiKeyRepository(connected)),
    attempts: isShared ? guarded(createAttemptRepository(connected)) : null,
    clusterUuid: await insisting(uuid),
    ...guarded({
      ...cluster,
      async check() {
        const { missing } = await check()
        if (missing.length > 0) throw new Failure('CONFIGURATION', 'the database lacks migrations')
      },
    }),
    loadClient: () => connected.client.$connect(),
    ...{ pool, close },
  }
}
