import { postgresqlUrl } from './postgresqlUrl.ts'
import { isSqlite, sqlitePath } from './sqliteFile.ts'

/** Which database a URL leads to, for people, and nothing of who opens it and how. */
export function databasePlace(url: string): string {
  if (isSqlite(url)) return `SQLite, ${sqlitePath(url)}`
  const { host = 'localhost', port = 5432, database } = postgresqlUrl(url)
  const server = `PostgreSQL, ${host.includes(':') ? `[${host}]` : host}:${port}`
  return database ? `${server}/${database}` : server
}
