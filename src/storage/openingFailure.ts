import { Failure } from '../errors.ts'
import { databaseErrorOf, isPassing, operatorsReasons } from './databaseError.ts'
import { isWellFormed } from './postgresqlUrl.ts'
import { isSqlite } from './sqliteFile.ts'

/**
 * Why a database could not be opened, in words for whoever runs the gateway: `UNAVAILABLE` if it only is not there
 * now, else `CONFIGURATION`.
 */
export function openingFailure(url: string, error: unknown): Failure {
  if (error instanceof Failure) {
    return new Failure(error.code, `cannot open ${publicUrl(url)}: ${error.message}`, { cause: error })
  }
  const databaseError = databaseErrorOf(error)
  const { code, message } = databaseError
  const reason = reasons.find(([pattern]) => pattern.test(code || message))?.[1] ?? message
  // A server may come back by itself; a file is not where it should be.
  const mayReturn = !isSqlite(url) && isPassing(databaseError) && !refusals.test(code)
  return new Failure(
    mayReturn ? 'UNAVAILABLE' : 'CONFIGURATION',
    `cannot open ${publicUrl(url)}: ${reason}`,
    { cause: error },
  )
}

/** The server is there, and does not let us in. Source: PostgreSQL, Appendix A. */
const refusals = /^(28000|28P01|3D000)$/

const reasons: readonly (readonly [codeOrMessage: RegExp, reason: string])[] = [
  ...operatorsReasons,
  [/^(EEXIST|ENOTDIR)$/, 'a part of its path is not a folder'],
  [/^SQLITE_(CANTOPEN.*|READONLY_DIRECTORY)$/, 'its folder may not be written'],
  [/^(EACCES|EPERM|EROFS|SQLITE_READONLY.*)$/, 'it may not be written'],
  [/^SQLITE_NOTADB$/, 'it is not an SQLite database'],
  [/^SQLITE_BUSY.*$/, 'another program keeps it locked'],
  [/^55P03$/, 'another program keeps a table locked'],
  [/^ECONNREFUSED$/, 'nothing listens there'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'there is no host of that name'],
  [/client password must be a string$/, 'the server asks for a password, and DATABASE_URL has none'],
]

/** The URL without who opens it and with what: not at all, where a part of the password could stand elsewhere. */
function publicUrl(text: string): string {
  if (isSqlite(text)) return text
  const url = URL.parse(text)
  return url && isWellFormed(url) ? `${url.protocol}//${url.host}${url.pathname}` : 'DATABASE_URL'
}
