import { openingFailure } from './openingFailure.ts'
import { postgresqlUrl } from './postgresqlUrl.ts'
import { isSqlite, sqlitePath } from './sqliteFile.ts'

/**
 * Which database a URL leads to, for people, and nothing of who opens it and how.
 * @throws `CONFIGURATION` as opening it would
 */
export function databasePlace(url: string): string {
  try {
    return placeOf(url)
  } catch (error) {
    throw openingFailure(url, error)
  }
}

function placeOf(url: string): string {
  if (isSqlite(url)) return `SQLite, ${sqlitePath(url)}`
  const { host = 'localhost', port = 5432, database } = postgresqlUrl(url)
  const server = `PostgreSQL, ${host.includes(':') ? `[${host}]` : host}:${port}`
  return database ? `${server}/${database}` : server
}
