// Makes dist/, which a package of the gateway consists of: Node strips no types below node_modules. npm runs this as `prepack`.

import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')

/** Makes it anew. */
export async function build(dist: string): Promise<void> {
  rmSync(dist, { recursive: true, force: true })
  const bundle = await rolldown({
    input: [join(root, 'src/bin.ts'), join(root, 'src/hasher.ts')],
    platform: 'node',
    // Our own modules alone are put together: fewer files start sooner, and what they import stays npm's to install and to audit.
    external: (specifier) => !specifier.startsWith('.') && !isAbsolute(specifier),
  })
  await bundle.write({
    dir: join(dist, 'src'),
    entryFileNames: '[name].js',
    // As deep as the modules that look for the migrations.
    chunkFileNames: 'chunks/[name].js',
  })
  await bundle.close()
  cpSync(join(root, 'prisma/migrations'), join(dist, 'prisma/migrations'), { recursive: true })
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

if (import.meta.main) {
  await build(join(root, 'dist'))
  nameBundled()
}
