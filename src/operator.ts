// The door of the command line, put together on a database that nobody serves: a part of the composition root.

import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { noAudit } from './audit/audit.ts'
import { createDecoys } from './authentication/decoys.ts'
import { createPasswords } from './authentication/passwords.ts'
import { plainUser, type Caller } from './authentication/subject.ts'
import { isReservedUsername } from './authentication/username.ts'
import type { Config } from './config.ts'
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
import { createRun } from './graphql/run.ts'
import { schema } from './graphql/schema.ts'
import { createRealms } from './realms/realms.ts'
import { openDatabase } from './storage/database.ts'
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

/** Who may open the database may do what its operators do, without any credentials. */
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
}

/** What operators do by hand. Nothing else is answered. */
const rows: readonly AnyRow[] = [
  ...[putUser, getUsers, deleteUser, changePassword, enableUser, disableUser],
  ...[putRole, getRoles, deleteRole],
  ...[createApiKey, getApiKeys, invalidateApiKeys, invalidateTokens],
]

/** No user can have this name, which is no ASCII, and no realm this type. No credentials prove it: it is made here alone. */
const operator: Omit<Caller, 'securityEpoch' | 'origin'> = {
  ...plainUser,
  username: '‹operator›',
  roles: ['superuser'],
  fullName: null,
  email: null,
  metadata: {},
  realm: { name: 'command_line', type: 'command_line', domain: null },
  authenticationType: 'realm',
  basis: null,
  token: null,
}

/**
 * Opens the database for its operator. On SQLite no gateway may have it open.
 * @throws `CONFIGURATION` with what stands in the way, `UNAVAILABLE` if the server is not there now
 */
export async function openOperator({ config, clock, logger }: OperatorParts): Promise<Operator> {
  const { settings } = config
  const database = await openDatabase({
    url: config.databaseUrl,
    clock,
    poolSize: 2,
    connectionTimeout: settings.database.connection_timeout,
    statementTimeout: settings.database.statement_timeout,
    migrateOnStart: settings.database.migrate === 'on_start',
  })
  const passwords = createPasswords({ ...createDecoys(), clock, report: () => undefined })
  // Those that prove users elsewhere would only load their keys.
  const own = { native: settings.realms.native, jwt: {}, elasticsearch: {}, introspection: {} }
  const realms = createRealms({
    settings: { realms: own, domains: settings.domains },
    ...{ users: database.users, passwords, clock, logger },
  })
  const { useCases } = createUseCases({
    settings,
    database,
    realms,
    passwords,
    audit: noAudit,
    clock,
    logger,
  })
  const run = createRun(
    schema,
    useCases,
    rows.map(({ operation }) => operation),
  )
  const shim = createShim<Caller>({ rows, run, bodyLimit: settings.http.max_content_length })

  return {
    async ask({ method, path: uri, body }, as) {
      const caller = as === undefined ? await theOperator() : await userOfThatName(as)
      const [path = '', query = ''] = uri.split('?')
      const headers = { 'content-type': 'application/json' }
      const request = { method, uri, path, query, headers, rawHeaders: [] }
      const answer = await shim.enter(request, Buffer.from(body ? JSON.stringify(body) : ''), caller)
      return { status: answer.status, body: answer.body.toString() }
    },
    async close() {
      realms.close()
      await database.close()
    },
  }

  async function theOperator(): Promise<Caller> {
    return { ...operator, securityEpoch: await database.securityEpoch(), origin: originOfNow() }
  }

  async function userOfThatName(username: string): Promise<Caller> {
    const found = await database.users.find(username)
    const type = isReservedUsername(username) ? 'reserved' : 'native'
    const realm = realms.refOf(type, type, null)
    if (!found?.user.enabled || !realm)
      throw new Failure('INVALID_INPUT', `there is no user [${username}] that is enabled`)
    const { user, basis, securityEpoch } = found
    const { roles, fullName, email, metadata } = user
    const subject = { username, roles, fullName, email, metadata, realm }
    return { ...operator, ...subject, basis, securityEpoch, origin: originOfNow() }
  }
}

/** There is no network between an operator and the database's file or server. */
function originOfNow(): Caller['origin'] {
  return { requestId: randomUUID(), address: 'command line', subjectAddress: null }
}
