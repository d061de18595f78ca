/**
 * Those who wait for a lock on a table of this PostgreSQL database, to be read after `FROM`. Tables of other databases of the
 * server have the same number, being copies.
 */
export function lockWaits(table: string): string {
  return `pg_locks WHERE NOT granted AND relation = '${table}'::regclass
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
}
