import { isDriverAdapterError } from '@prisma/driver-adapter-utils'
import { Failure } from '../errors.ts'

/** Why a database could not be opened, in words for whoever runs the gateway. */
export function openingFailure(url: string, error: unknown): Failure {
  const { code, message } = originOf(error)
  const reason = reasons.find(([pattern]) => pattern.test(code))?.[1] ?? message
  return new Failure('CONFIGURATION', `cannot open ${url}: ${reason}`, { cause: error })
}

const reasons: readonly (readonly [code: RegExp, reason: string])[] = [
  [/^(EEXIST|ENOTDIR)$/, 'a part of its path is not a folder'],
  [/^(EACCES|EPERM|EROFS|SQLITE_READONLY.*)$/, 'it may not be written'],
  [/^SQLITE_CANTOPEN.*$/, 'its folder may not be written'],
  [/^SQLITE_NOTADB$/, 'it is not an SQLite database'],
  [/^SQLITE_BUSY.*$/, 'another program keeps it locked'],
]

function originOf(error: unknown): { code: string; message: string } {
  if (isDriverAdapterError(error)) return { code: error.cause.originalCode ?? '', message: error.message }
  if (!(error instanceof Error)) return { code: '', message: String(error) }
  return { code: 'code' in error ? String(error.code) : '', message: error.message }
}
