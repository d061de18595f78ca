import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'

/** How a PostgreSQL server keeps a database, and what this role may do there. */
export interface PostgresqlFacts {
  readonly kind: 'postgresql'
  /** Such as 180004. */
  readonly version: number
  /** By their names. */
  readonly settings: Readonly<Record<Setting, string>>
  /** It may only be read: a replica, before it is promoted. */
  readonly isReplica: boolean
  /** Its transactions may only read, unless they say otherwise. */
  readonly isReadOnly: boolean
  /** How many connections this role can have, and how many there are now. */
  readonly connections: { readonly most: number; readonly now: number }
  readonly isEncrypted: boolean
  /** Whether the server is on this very machine, by a socket or the loopback. */
  readonly isLocal: boolean
  readonly isSuperuser: boolean
  /** Whether the role may change the tables; null: there are none yet. */
  readonly mayAlter: boolean | null
  /** Those of the gateway's tables that the role may not read and write whole, or that are not there. */
  readonly withoutGrants: readonly string[]
  /** By how much its clock is ahead of this process's, in milliseconds, and how wrong that may be. */
  readonly clock: { readonly ahead: number; readonly within: number }
}

const settings = ['fsync', 'full_page_writes', 'synchronous_commit', 'server_encoding'] as const
type Setting = (typeof settings)[number]

/** The gateway's. */
export const tables = [
  'users',
  'roles',
  'role_mappings',
  'profiles',
  'cluster',
  'tokens',
  'api_keys',
  'attempts',
]
const grants = ['SELECT', 'INSERT', 'UPDATE', 'DELETE']

/** In SQL, a list of those that the role may not read and write whole, or that are not there; null, where there are none. */
export const withoutGrants = `(SELECT string_agg(name || CASE WHEN there IS NULL THEN ' (not there)' ELSE '' END, ', ')
  FROM unnest('{${tables.join()}}'::text[]) AS name, to_regclass(name) AS there
  WHERE (${grants.map((grant) => `has_table_privilege(there, '${grant}')`).join(' AND ')}) IS NOT TRUE)`

export async function readPostgresqlFacts(
  connection: SqlDriverAdapter,
  clock: () => number,
): Promise<PostgresqlFacts> {
  const [
    version,
    most,
    now,
    isReplica,
    isEncrypted,
    isLocal,
    isSuperuser,
    mayAlter,
    isReadOnly,
    ungranted = '',
    ...values
  ] = await read(`SELECT
    current_setting('server_version_num'),
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
    pg_is_in_recovery(),
    coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
    coalesce(inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1', true),
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
    (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('profiles')),
    current_setting('default_transaction_read_only'),
    ${withoutGrants},
    ${settings.map((name) => `current_setting('${name}')`).join()}`)
  const before = clock()
  const [time] = await read(`SELECT floor(extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::bigint`)
  const after = clock()
  return {
    kind: 'postgresql',
    version: Number(version),
    settings: Object.fromEntries(settings.map((name, index) => [name, values[index] ?? ''])) as Record<
      Setting,
      string
    >,
    isReplica: isReplica === 'true',
    isReadOnly: isReadOnly === 'on',
    connections: { most: Number(most), now: Number(now) },
    isEncrypted: isEncrypted === 'true',
    isLocal: isLocal === 'true',
    isSuperuser: isSuperuser === 'true',
    mayAlter: mayAlter === 'null' ? null : mayAlter === 'true',
    withoutGrants: ungranted === 'null' ? [] : ungranted.split(', '),
    clock: { ahead: Number(time) - (before + after) / 2, within: (after - before) / 2 },
  }

  async function read(statement: string): Promise<string[]> {
    const { rows } = await connection.queryRaw({ sql: statement, args: [], argTypes: [] })
    return (rows[0] ?? []).map(String)
  }
}
