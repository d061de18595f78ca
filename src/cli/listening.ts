import { Failure } from '../errors.ts'
import { systemReason } from '../systemReason.ts'

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not listen there',
  ENOTFOUND: 'there is no host of that name',
}

/** Why a server cannot listen, which is at some settings. */
export function listeningFailure(where: string, error: unknown): Failure {
  const message = `cannot listen on ${where}: ${systemReason(error, reasons)}`
  return new Failure('CONFIGURATION', message, { cause: error })
}
