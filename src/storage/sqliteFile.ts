import { mkdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from '../errors.ts'

/**
 * The file that a `file:` URL names, as one absolute path whichever links lead to it. Its folder is made if it is
 * missing. Relative paths start at the working directory.
 */
export async function sqliteFile(url: string): Promise<string> {
  const path = sqlitePath(url)
  // The database will hold password hashes: a folder made for it is nobody else's.
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const file = await realpath(path).catch(async () => join(await realpath(dirname(path)), basename(path)))
  const found = await stat(file).catch(() => null)
  if (found?.isDirectory()) throw new Failure('CONFIGURATION', 'it is a folder')
  return file
}

/** Whether a URL names an SQLite database; any other is PostgreSQL's. */
export function isSqlite(url: string): boolean {
  return url.startsWith('file:')
}

/** The path that a `file:` URL names. Nothing need be there. */
export function sqlitePath(url: string): string {
  const path = url.replace(/^file:/, '')
  if (path === url || path === '' || path === ':memory:' || path.includes('?')) {
    throw new Failure('CONFIGURATION', 'it has to be file: and a path, without parameters')
  }
  return path.startsWith('//') ? pathOfUrl(url) : resolve(path)
}

function pathOfUrl(url: string): string {
  try {
    // What stands behind a # is no part of the path.
    if (new URL(url).hash === '') return fileURLToPath(url)
  } catch {
    // Such as a % that is no code, or another host.
  }
  throw new Failure(
    'CONFIGURATION',
    'after file:// it has to be a path of this machine, with % as %25 and # as %23',
  )
}
