import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { PrismaPg } from '@prisma/adapter-pg'
import { afterAll } from 'vitest'
import { findCli, runPrisma } from '../../prisma/generate.ts'
import { databaseOf } from './dialects.ts'

/** What a client does with the rows of one model. */
interface Rows {
  create(input: { data: Row }): Promise<Row>
  findUnique(input: { where: Row }): Promise<Row | null>
  update(input: { where: Row; data: Row }): Promise<Row>
  delete(input: { where: Row }): Promise<Row>
}

export type Row = Record<string, unknown>

/** A client of any schema: its models by their names in lower case. */
export type GeneratedClient = Record<string, Rows> & { $disconnect: () => Promise<void> }

/** Generates the client of a schema, for the tests of one file. What it returns opens a database with it. */
export async function generateClient(schema: string): Promise<(url: string) => GeneratedClient> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-client-'))
  afterAll(() => rm(folder, { recursive: true }))
  // The client imports its runtime as if it stood among our own files.
  await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder, 'schema.prisma'), schema.replace(/(output +=).*/, '$1 "./client"'))
  await runPrisma(findCli() ?? '', join(folder, 'schema.prisma'))
  const { PrismaClient } = (await import(pathToFileURL(join(folder, 'client/client.ts')).href)) as {
    PrismaClient: new (options: object) => GeneratedClient
  }
  return (url) =>
    new PrismaClient({
      errorFormat: 'minimal',
      adapter:
        databaseOf(url) === 'sqlite'
          ? new PrismaBetterSqlite3({ url })
          : new PrismaPg({ connectionString: url }),
    })
}
