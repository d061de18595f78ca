import { Failure } from '../errors.ts'

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not listen there',
  ENOTFOUND: 'there is no host of that name',
}

/** Why a server cannot listen, which is at some settings. */
export function listeningFailure(where: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
  const reason = reasons[code]
  const said = reason ? `${reason} (${code})` : code
  return new Failure('CONFIGURATION', `cannot listen on ${where}: ${said}`, { cause: error })
}
