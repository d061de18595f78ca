import { pino } from 'pino'
import { Failure } from '../errors.ts'

/**
 * What a line of the log says of an error. It has a stack only where that helps: what is configured wrong, or refused by
 * the operating system, says all by its message and problems.
 */
export function loggedError(error: Error): object {
  const { stack, ...said } = pino.stdSerializers.err(error)
  if (!(error instanceof Failure)) return 'syscall' in error ? said : { ...said, stack }
  const { type, message } = said
  const { code, problems } = error
  return {
    ...{ type, code, message },
    ...(problems.length > 0 && { problems }),
    ...(code !== 'CONFIGURATION' && { stack }),
  }
}
