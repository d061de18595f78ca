import { Failure, type FailureCode } from '../errors.ts'
import { databaseErrorOf, lacksGrants } from '../storage/databaseError.ts'

/** What an operator can do something about. Source: SQLite, Result and Error Codes; PostgreSQL, Appendix A. */
const known: readonly (readonly [codes: RegExp, code: FailureCode, message: string])[] = [
  [/^SQLITE_CORRUPT/, 'CONFIGURATION', 'the file of the database is damaged: restore a backup'],
  [/^42501$/, 'CONFIGURATION', `this role ${lacksGrants}`],
  [/^(SQLITE_FULL|53100)$/, 'UNAVAILABLE', 'the disk of the database is full'],
]

/** What has failed a command, in words for its operator where clients are told less: of a database, what it lacks. */
export function databaseFailure(failure: Failure): Failure {
  // All others say it themselves.
  if (failure.code !== 'INTERNAL' && failure.code !== 'UNAVAILABLE') return failure
  const error = databaseErrorOf(failure.cause)
  const [, code, message] = known.find(([codes]) => codes.test(error.code)) ?? []
  return code && message ? new Failure(code, message, { cause: failure.cause }) : failure
}
