import type { PostgresqlFacts } from '../storage/postgresqlFacts.ts'
import { failure, ok, skipped, warning, type Check } from './check.ts'

/** What speaks for and against how a PostgreSQL server keeps a database. */
export function postgresqlChecks(facts: PostgresqlFacts, poolSize: number, isMigrated: boolean): Check[] {
  return [
    versionCheck(facts),
    durabilityCheck(facts),
    primaryCheck(facts),
    connectionCheck(facts, poolSize),
    encryptionCheck(facts),
    roleCheck(facts),
    grantsCheck(facts, isMigrated),
  ]
}

function versionCheck({ version, settings: { server_encoding: encoding } }: PostgresqlFacts): Check {
  const id = 'postgresql.version'
  const release = Math.floor(version / 10_000)
  if (release < 14) return failure(id, `the server is PostgreSQL ${release}`, 'update it to 14 or newer')
  return encoding === 'UTF8'
    ? ok(id, `the server is PostgreSQL ${release}, the encoding UTF8`)
    : failure(id, `the encoding is ${encoding}`, 'make another database, with the encoding UTF8')
}

function durabilityCheck({ settings }: PostgresqlFacts): Check {
  const id = 'postgresql.durability'
  const named = (['fsync', 'full_page_writes', 'synchronous_commit'] as const).filter(
    (name) => settings[name] === 'off',
  )
  return named.length === 0
    ? ok(id, 'a crash takes nothing that was acknowledged')
    : failure(
        id,
        `${named.join(', ')} off: a crash takes what was acknowledged, or more`,
        `turn ${named.join(', ')} on`,
      )
}

function primaryCheck({ isReplica, isReadOnly }: PostgresqlFacts): Check {
  const id = 'postgresql.primary'
  if (isReadOnly && !isReplica)
    return failure(
      id,
      'default_transaction_read_only is on, for this role or database',
      'turn it off: ALTER ROLE or DATABASE … RESET default_transaction_read_only',
    )
  return isReplica
    ? failure(id, 'the server is a replica, which may only be read', 'name the primary in DATABASE_URL')
    : ok(id, 'the server is the primary')
}

function connectionCheck({ connections: { most, now } }: PostgresqlFacts, poolSize: number): Check {
  const id = 'postgresql.connections'
  const finding = `${most} connections for all, ${now} of them in use; a gateway takes up to ${poolSize}`
  const advice = 'lower database.pool_size, or raise max_connections: all gateways together have to fit'
  if (poolSize > most) return failure(id, finding, advice)
  return now + poolSize > most ? warning(id, finding, advice) : ok(id, finding)
}

function encryptionCheck({ isEncrypted, isLocal }: PostgresqlFacts): Check {
  const id = 'postgresql.tls'
  if (isEncrypted) return ok(id, 'the connection is encrypted')
  return isLocal
    ? ok(id, 'the connection is not encrypted, and does not leave this machine')
    : warning(id, 'the connection is not encrypted', 'say sslmode=verify-full in DATABASE_URL')
}

function roleCheck({ isSuperuser, mayAlter }: PostgresqlFacts): Check {
  const id = 'postgresql.role'
  const advice =
    'let gateways connect as a role that may not change tables: docs/operations.md has its grants'
  if (isSuperuser) return warning(id, 'the role is a superuser', advice)
  if (mayAlter === null) return skipped(id, 'there are no tables yet')
  return mayAlter
    ? warning(id, 'the role may change the tables', advice)
    : ok(id, 'the role may not change the tables')
}

function grantsCheck({ withoutGrants }: PostgresqlFacts, isMigrated: boolean): Check {
  const id = 'postgresql.grants'
  if (!isMigrated) return skipped(id, 'the database lacks migrations')
  return withoutGrants.length === 0
    ? ok(id, 'the role may read and write all tables')
    : failure(
        id,
        `the role may not read and write all of ${withoutGrants.join(', ')}`,
        'grant it SELECT, INSERT, UPDATE and DELETE on all tables: docs/operations.md has the statements',
      )
}
