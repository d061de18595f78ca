import { cp, mkdtemp, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './page.ts'

/** Makes a folder with what a clone has after an installation, in which files can be written, and returns its path. */
export async function workingCopy(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'walk-'))
  for (const name of ['package.json', 'schema.graphql', 'deploy'])
    await cp(join(root, name), join(folder, name), { recursive: true })
  for (const name of ['src', 'node_modules']) await symlink(join(root, name), join(folder, name))
  return folder
}
