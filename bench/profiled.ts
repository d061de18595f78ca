import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { flameGraph, type CpuProfile } from './flameGraph.ts'
import type { ServerProcess } from './serverProcess.ts'

/** What paths in a profile begin with here. */
const repository = pathToFileURL(join(import.meta.dirname, '../')).href

/**
 * Measures, and meanwhile profiles the server if there is a folder for it: in that are then the profile, as browsers and
 * editors open it, and its flame graph.
 */
export async function profiled<T>(
  folder: string | null,
  server: Pick<ServerProcess, 'ask'>,
  name: string,
  measure: () => Promise<T>,
): Promise<T> {
  if (folder === null) return measure()
  await server.ask('profile')
  const measured = await measure()
  const profile = (await server.ask('end profile')).replaceAll(repository, '')
  const file = join(folder, name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'))
  await mkdir(folder, { recursive: true })
  await writeFile(`${file}.cpuprofile`, profile)
  await writeFile(`${file}.svg`, flameGraph(name, JSON.parse(profile) as CpuProfile))
  return measured
}
