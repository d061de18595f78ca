import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/storage/migrate.ts'
import { migratingPostgresql, postgresql } from '../../src/storage/postgresql.ts'
import { startPostgres } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the server, for a superuser. */
    postgres: string
  }
}

/** The database that those of the tests are copies of: the schema of this release, and a clock that can be set. */
export const template = 'gateway_template'

/** Starts the one PostgreSQL server that all suites share, each with databases of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres()
  await server.query(`CREATE DATABASE ${template}`)
  await migrate(postgresql, migratingPostgresql({ url: server.url(template), connectionTimeout: 5_000 }))
  await server.query(
    `CREATE SCHEMA clock;
     CREATE TABLE clock.time (now bigint);
     INSERT INTO clock.time VALUES (NULL);
     CREATE FUNCTION clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
       SELECT coalesce(to_timestamp(now / 1000.0), pg_catalog.clock_timestamp()) FROM clock.time
     $$`,
    template,
  )
  project.provide('postgres', server.url())
  return () => server.close()
}
