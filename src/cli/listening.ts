import { Failure } from '../errors.ts'

/** Why a server cannot listen, which is at some settings. */
export function listeningFailure(where: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
  return new Failure('CONFIGURATION', `cannot listen on ${where}: ${code}`, { cause: error })
}
