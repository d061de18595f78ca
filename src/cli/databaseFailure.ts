import { Failure } from '../errors.ts'
import { databaseErrorOf, isPassing, operatorsReasons } from '../storage/databaseError.ts'
import { unavailable } from '../storage/guarded.ts'

/** What has failed a command, in words for its operator where clients are told less: of a database, what it lacks. */
export function databaseFailure(failure: Failure): Failure {
  // All others say it themselves.
  if (failure.code !== 'INTERNAL' && failure.code !== 'UNAVAILABLE') return failure
  const error = databaseErrorOf(failure.cause)
  const [, reason] = operatorsReasons.find(([code]) => code.test(error.code)) ?? []
  if (reason === undefined)
    return failure.message === unavailable
      ? new Failure(failure.code, `${unavailable}: ${error.message}`, { cause: failure.cause })
      : failure
  const code = isPassing(error) ? 'UNAVAILABLE' : 'CONFIGURATION'
  return new Failure(code, `the database cannot be used: ${reason}`, { cause: failure.cause })
}
