import { Failure } from '../errors.ts'

/** Why something could not be written, in words for whoever wanted it. */
export function writeFailure(name: string, error: unknown): Failure {
  const { code = 'unknown reason' } = error as NodeJS.ErrnoException
  const reason = code === 'EEXIST' ? 'it is there already: --force replaces it' : (reasons[code] ?? code)
  return new Failure('CONFIGURATION', `cannot write ${name}: ${reason}`, { cause: error })
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  EACCES: 'its folder may not be written',
  ENOSPC: 'the disk is full',
  EPIPE: 'nobody reads it any more',
}
