import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { loadConfig, type Config } from '../../src/config.ts'
import { Failure } from '../../src/errors.ts'
import { schemaProblems } from './schemaProblems.ts'
import { temporaryFolder } from './temporaryFolder.ts'

type Environment = Readonly<Record<string, string>>

/** The configuration of an environment, and of a `gateway.yml` that stands in a folder with other files. */
export async function load(
  settings: string | null,
  environment: Environment = {},
  files: Environment = {},
): Promise<Config> {
  const folder = await temporaryFolder()
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  if (settings === null) return loadConfig(environment, null)
  const file = join(folder, 'gateway.yml')
  await writeFile(file, settings)
  const config = loadConfig({ GATEWAY_CONFIG: file, ...environment })
  // Whatever the gateway takes, no editor marks.
  expect(schemaProblems(settings)).toEqual([])
  return config
}

/** What is said to be wrong, with `gateway.yml` for its path. */
export async function problems(
  settings: string | null,
  environment: Environment = {},
  files: Environment = {},
): Promise<string[]> {
  const failure: unknown = await load(settings, environment, files).catch((error: unknown) => error)
  if (!(failure instanceof Failure)) throw new Error('nothing is said to be wrong', { cause: failure })
  expect(failure).toMatchObject({ code: 'CONFIGURATION', message: 'the configuration is not valid' })
  return failure.problems.map((problem) => problem.replaceAll(/\/\S*\/(gateway\.yml)/g, '$1'))
}
