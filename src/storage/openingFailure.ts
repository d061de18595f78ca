import { Failure } from '../errors.ts'
import { databaseErrorOf } from './databaseError.ts'

/** Why a database could not be opened, in words for whoever runs the gateway. */
export function openingFailure(url: string, error: unknown): Failure {
  const { code, message } = databaseErrorOf(error)
  const reason = reasons.find(([pattern]) => pattern.test(code))?.[1] ?? message
  return new Failure('CONFIGURATION', `cannot open ${publicUrl(url)}: ${reason}`, { cause: error })
}

const reasons: readonly (readonly [code: RegExp, reason: string])[] = [
  [/^(EEXIST|ENOTDIR)$/, 'a part of its path is not a folder'],
  [/^(EACCES|EPERM|EROFS|SQLITE_READONLY.*)$/, 'it may not be written'],
  [/^SQLITE_CANTOPEN.*$/, 'its folder may not be written'],
  [/^SQLITE_NOTADB$/, 'it is not an SQLite database'],
  [/^SQLITE_BUSY.*$/, 'another program keeps it locked'],
  [/^(ENOSPC|SQLITE_FULL)$/, 'the disk is full'],
]

/** The URL without who opens it and with what. */
function publicUrl(url: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/)(?:.*@)?([^?]*).*$/s, '$1$2')
}
