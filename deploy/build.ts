// Makes dist/, which a package of the gateway consists of: Node strips no types below node_modules. npm runs this as `prepack`.

import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

/** Makes it anew. */
export function build(): void {
  rmSync(dist, { recursive: true, force: true })
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', import.meta.dirname], { stdio: 'inherit' })
  cpSync(join(root, 'prisma/migrations'), join(dist, 'prisma/migrations'), { recursive: true })
  nameBundled()
}

/**
 * Has the adapter ask for the better-sqlite3 that it is packed with: what `overrides` say counts in this project alone,
 * and whoever installs the package would get one that has to be compiled.
 */
function nameBundled(): void {
  const file = join(root, 'node_modules/@prisma/adapter-better-sqlite3/package.json')
  const adapter = jsonIn(file) as { dependencies: Record<string, string> }
  const { version } = jsonIn(join(root, 'node_modules/better-sqlite3/package.json')) as { version: string }
  adapter.dependencies['better-sqlite3'] = version
  // A new file: other installations may share the old one.
  writeFileSync(`${file}.new`, JSON.stringify(adapter, null, 2))
  renameSync(`${file}.new`, file)
}

function jsonIn(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}

if (import.meta.main) build()
