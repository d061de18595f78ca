// Derives the PostgreSQL schema from schema.prisma and generates both clients. npm runs this as `prepare`.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'

const authored = join(import.meta.dirname, 'schema.prisma')
const generated = join(import.meta.dirname, 'generated')
const derived = join(generated, 'postgresql.prisma')

/** Writes both clients to prisma/generated/. Without Prisma's CLI, as after `npm ci --omit=dev`, they must be there. */
export async function generate(): Promise<string> {
  const cli = findCli()
  if (cli === null) {
    if (['sqlite', 'postgresql'].every((client) => existsSync(join(generated, client, 'client.ts'))))
      return 'Prisma clients kept as they are: there is no Prisma CLI here.'
    throw new Error(
      'The Prisma clients and the Prisma CLI are both missing: run npm ci with dev dependencies.',
    )
  }
  await mkdir(generated, { recursive: true })
  await writeFile(derived, await schemaFor('postgresql'))
  await Promise.all([runPrisma(cli, authored), runPrisma(cli, derived)])
  return 'Prisma clients generated for SQLite and PostgreSQL.'
}

/** The schema as one of the databases has it. */
export async function schemaFor(database: 'sqlite' | 'postgresql'): Promise<string> {
  const schema = await readFile(authored, 'utf8')
  if (database === 'sqlite') return schema
  return schema
    .replace(/^\/\/.*/, '// Derived from prisma/schema.prisma by prisma/generate.ts.')
    .replace('"./generated/sqlite"', '"./postgresql"')
    .replace('provider = "sqlite"', 'provider = "postgresql"')
}

/** Prisma's CLI, if it is installed. */
export function findCli(): string | null {
  try {
    return createRequire(import.meta.url).resolve('prisma/build/index.js')
  } catch {
    return null
  }
}

/** Generates the client that a schema file asks for. */
export function runPrisma(cli: string, schema: string): Promise<unknown> {
  // Generating needs no schema engine, yet Prisma downloads one unless it is shown some file that exists.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' }
  return promisify(execFile)(process.execPath, [cli, 'generate', '--no-hints', '--schema', schema], { env })
}

if (import.meta.main) {
  try {
    console.log(await generate())
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
