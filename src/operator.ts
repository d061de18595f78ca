// The door of the command line, put together on a database that nobody serves: a part of the composition root.

import type { Logger } from 'pino'
import packageJson from '../package.json' with { type: 'json' }
import { theOperator } from './audit/actors.ts'
import type { Audit } from './audit/audit.ts'
import { createDecoys } from './authentication/decoys.ts'
import { createPasswords } from './authentication/passwords.ts'
import { plainUser, type Caller } from './authentication/subject.ts'
import { isReservedUsername } from './authentication/username.ts'
import { closeAll } from './closeAll.ts'
import type { Config } from './config.ts'
import { commandOptions } from './databaseOptions.ts'
import { createApiKey, getApiKeys, invalidateApiKeys } from './elasticsearch/apiKey.ts'
import { invalidateTokens } from './elasticsearch/invalidateTokens.ts'
import { deleteRole, getRoles, putRole } from './elasticsearch/role.ts'
import type { AnyRow } from './elasticsearch/row.ts'
import { createShim } from './elasticsearch/shim.ts'
import {
  changePassword,
  deleteUser,
  disableUser,
  enableUser,
  getUsers,
  putUser,
} from './elasticsearch/user.ts'
import { Failure } from './errors.ts'
import { createAnswersMemory } from './graphql/answersMemory.ts'
import { createRun } from './graphql/run.ts'
import { schema } from './graphql/schema.ts'
import { createMetrics } from './metrics/metrics.ts'
import { createRealms, type Realms } from './realms/realms.ts'
import { openDatabase, type Database } from './storage/database.ts'
import { createUseCases } from './useCases.ts'

export interface OperatorRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With its query, and encoded as in a URL. */
  readonly path: string
  readonly body?: object
}

export interface OperatorAnswer {
  readonly status: number
  /** JSON. */
  readonly body: string
}

/** Whoever can open the database may act as its operator, without credentials. */
export interface Operator {
  /**
   * Answers a request at Elasticsearch's address as the operator, or as a user of the database with that user's rights.
   * @throws what the use cases throw
   */
  readonly ask: (request: OperatorRequest, as?: string) => Promise<OperatorAnswer>
  readonly close: () => Promise<void>
}

interface OperatorParts {
  config: Config
  /** Epoch milliseconds. */
  clock: () => number
  logger: Logger
  /** Opens the audit log, in which names are hashed under this key. */
  openAudit: (nameKey: () => Promise<string>) => Promise<Audit>
}

/** What operators do by hand. Nothing else is answered. */
const rows: readonly AnyRow[] = [
  ...[putUser, getUsers, deleteUser, changePassword, enableUser, disableUser],
  ...[putRole, getRoles, deleteRole],
  ...[createApiKey, getApiKeys, invalidateApiKeys, invalidateTokens],
]

/** The operator as a caller. No credentials lead to it: it is made only here. */
const operator = (): Omit<Caller, 'securityEpoch'> => ({
  ...plainUser,
  ...theOperator(),
  fullName: null,
  email: null,
  metadata: {},
  basis: null,
  token: null,
})

/**
 * Opens the database for its operator. On SQLite no gateway may have it open.
 * @throws `CONFIGURATION` with what stands in the way, `UNAVAILABLE` if the server is not there now
 */
export async function openOperator({ config, clock, logger, openAudit }: OperatorParts): Promise<Operator> {
  const { settings } = config
  const database = await openDatabase(commandOptions(config, clock))
  const closing: (() => unknown)[] = [database.close]
  try {
    const audit = await openAudit(database.auditKey)
    closing.unshift(audit.close)
    const passwords = createPasswords({ ...createDecoys(), clock, report: () => undefined })
    // Without those that ask others: they would only load their keys.
    const own = { native: settings.realms.native, jwt: {}, elasticsearch: {}, introspection: {} }
    const realms = createRealms({
      settings: { realms: own, domains: settings.domains },
      ...{ users: database.users, passwords, clock, logger },
    })
    closing.unshift(realms.close)
    // Nobody reads these.
    const metrics = createMetrics({ version: packageJson.version, process: null })
    const made = createUseCases({
      ...{ settings, database, passwords, audit, metrics, clock, logger },
      realms: () => realms,
    })
    closing.unshift(made.close)
    const run = createRun(
      schema,
      rows.map(({ operation }) => operation),
      createAnswersMemory(),
    )
    const { useCases } = made.answering()
    const shim = createShim({ rows, run, bodyLimit: settings.http.max_content_length })
    const userOfThatName = createUserOfThatName(database.users, realms)

    return {
      async ask({ method, path: uri, body }, as) {
        const securityEpoch = await database.securityEpoch()
        const caller: Caller = {
          ...operator(),
          securityEpoch,
          ...(as !== undefined && (await userOfThatName(as))),
        }
        const [path = '', query = ''] = uri.split('?')
        const headers = { 'content-type': 'application/json' }
        const request = { method, uri, path, query, headers, rawHeaders: [] }
        const bytes = Buffer.from(body ? JSON.stringify(body) : '')
        const answer = await shim.enter(request, bytes, { caller, useCases })
        await audit.written(caller.origin)
        return { status: answer.status, body: answer.body.toString() }
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }

  function close(): Promise<void> {
    return closeAll(closing)
  }
}

/** Makes the function that finds a user of the database, as if that user had just logged in. */
function createUserOfThatName(users: Database['users'], realms: Realms) {
  return async function userOfThatName(username: string) {
    const found = await users.find(username)
    const type = isReservedUsername(username) ? 'reserved' : 'native'
    const realm = realms.refOf(type, type, null)
    if (!found?.user.enabled || !realm)
      throw new Failure('INVALID_INPUT', `there is no user [${username}] that is enabled`)
    const { user, basis, securityEpoch } = found
    const { roles, fullName, email, metadata } = user
    return { username, roles, fullName, email, metadata, realm, basis, securityEpoch }
  }
}
