import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/storage/database.ts'
import { migrate, type Dialect } from '../../src/storage/migrate.ts'
import { migrationStateOf } from '../../src/storage/migrating.ts'
import { postgresql } from '../../src/storage/postgresql.ts'
import { sqlite } from '../../src/storage/sqlite.ts'
import { adapterFor } from '../support/dialects.ts'
import { driftOf } from '../support/drift.ts'
import { emptyDatabase, type EmptyDatabase } from '../support/emptyDatabase.ts'
import { startProgram } from '../support/program.ts'
import { anotherRelease, lastRelease, migrationsOf } from '../support/releases.ts'
import { databaseName, optionsFor } from '../support/testDatabase.ts'

const ours = { sqlite, postgresql }[databaseName]
const migrations = await migrationsOf(ours)
const release = lastRelease(migrations)

describe('a database that lacks migrations', () => {
  it('agrees with the schema once they are applied', async () => {
    const { url } = await emptyDatabase()
    expect(await migrateAt(url)).toEqual(migrations)
    expect(await driftOf(url)).toBe('')
  })

  it('is not touched again once it has them', async () => {
    const database = await emptyDatabase()
    await migrateAt(database.url)
    const before = await footprint(database)
    expect(await migrateAt(database.url)).toEqual([])
    expect(await footprint(database)).toEqual(before)
  })

  it('gets only those that are new in a later release', async () => {
    const { url } = await emptyDatabase()
    await migrateAt(url)
    const name = migrationOf(release + 1)
    expect(await migrateAt(url, await withMigration(name))).toEqual([name])
  })

  it('gets all of them or none', async () => {
    const database = await emptyDatabase()
    const twice = 'CREATE TABLE a (x INTEGER); CREATE TABLE a (x INTEGER);'
    const broken = await withMigration(migrationOf(release), twice)
    await expect(migrateAt(database.url, broken)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(/^the migration failed: .*\ba\b.* already exists$/) as string,
    })
    expect(await tablesOf(database)).toEqual([])
  })
})

describe('a database that another release has migrated', () => {
  it('is served, and not touched, if that is the next one', async () => {
    const database = await emptyDatabase()
    const name = migrationOf(release + 1)
    await migrateAt(database.url, await withMigration(name))
    const before = await footprint(database)
    expect(await migrateAt(database.url)).toEqual([])
    expect(await migrationStateOf(optionsFor(database))).toEqual({
      isNew: false,
      missing: [],
      ahead: [name],
    })
    expect(await footprint(database)).toEqual(before)
    const { check, users, close } = await openDatabase(optionsFor(database))
    await check()
    expect(await users.find('nobody')).toBeNull()
    await close()
  })

  it('is refused, and not touched, if that is two releases ahead', async () => {
    await refuses(
      migrationOf(release + 2),
      `its schema is of release ${release + 2}, and this gateway knows ${release} and can work with ${release + 1}: update the gateway`,
    )
  })

  it.each([migrationOf(release), migrationOf(1), '99990101000000_unnumbered'])(
    'is refused, and not touched, if that should be known here: %s',
    async (name) => {
      await refuses(name, `the database has the migration ${name}, which this release does not know`)
    },
  )

  it('is refused, and not touched, if a migration has changed since it was applied', async () => {
    const database = await emptyDatabase()
    const name = migrationOf(release)
    await migrateAt(database.url, await withMigration(name))
    const changed = await withMigration(name, 'CREATE TABLE other (y INTEGER);')
    const before = await footprint(database)
    await expect(migrateAt(database.url, changed)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: `the migration ${name} was another one when it was applied`,
    })
    expect(await footprint(database)).toEqual(before)
  })

  it('is accepted if only the line ends have changed', async () => {
    const { url } = await emptyDatabase()
    const name = migrationOf(release)
    await migrateAt(url, await withMigration(name, 'CREATE TABLE\nnext (x INTEGER);\n'))
    const crlf = await withMigration(name, 'CREATE TABLE\r\nnext (x INTEGER);\r\n')
    expect(await migrateAt(url, crlf)).toEqual([])
  })

  it('is refused, and not touched, if it belongs to something else', async () => {
    const database = await emptyDatabase()
    await database.run('CREATE TABLE recipes (name TEXT)')
    await expect(migrateAt(database.url)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: 'the database holds tables of something else',
    })
    expect(await tablesOf(database)).toEqual(['recipes'])
  })

  /** Nobody uses a database that has our migrations and this one, and nothing happens to it. */
  async function refuses(name: string, message: string): Promise<void> {
    const database = await emptyDatabase()
    await migrateAt(database.url, await withMigration(name))
    const before = await footprint(database)
    const refusal = { code: 'CONFIGURATION', message: expect.stringContaining(message) as string }
    await expect(migrateAt(database.url)).rejects.toMatchObject(refusal)
    await expect(migrationStateOf(optionsFor(database))).rejects.toMatchObject(refusal)
    await expect(openDatabase(optionsFor(database))).rejects.toMatchObject(refusal)
    expect(await footprint(database)).toEqual(before)
  }
})

describe('a database that is migrated', () => {
  it.each([
    ['made', `INSERT INTO roles (name, definition, revision) VALUES ('b', '{}', 1)`],
    ['changed', `UPDATE roles SET revision = 2 WHERE name = 'a'`],
    ['deleted', `DELETE FROM roles WHERE name = 'a'`],
  ])('raises the security epoch itself when a role is %s', async (_, statement) => {
    const { url, run } = await emptyDatabase()
    await migrateAt(url)
    await run(`INSERT INTO cluster (id, uuid) VALUES (1, 'uuid')`)
    await run(`INSERT INTO roles (name, definition, revision) VALUES ('a', '{}', 1)`)
    const epoch = async () => Number((await run('SELECT "securityEpoch" FROM cluster'))[0]?.[0])
    const before = await epoch()
    await run(statement)
    expect(await epoch()).toBe(before + 1)
  })
})

describe('a first start', { timeout: 300_000 }, () => {
  it('succeeds in each of four processes that start on one empty database at once', async () => {
    const { url, run } = await emptyDatabase()
    const programs = [1, 2, 3, 4].map(() => startProgram('migrating', url))
    await Promise.all(programs.map(({ line }) => line()))
    for (const { child } of programs) child.stdin?.write('go\n')
    expect(await Promise.all(programs.map(({ ended }) => ended))).toEqual([0, 0, 0, 0])
    expect(await driftOf(url)).toBe('')
    expect(await run('SELECT migration_name FROM _prisma_migrations ORDER BY 1')).toEqual(
      migrations.map((name) => [name]),
    )
  })

  it('waits for whoever migrates already', async () => {
    const { url } = await emptyDatabase()
    const other = await adapterFor(url).connect()
    await other.executeScript(ours.begin)
    const { line, child, ended } = startProgram('migrating', url)
    await line()
    child.stdin?.write('go\n')
    expect(await Promise.race([ended, setTimeout(1_000, 'waits')])).toBe('waits')
    await other.dispose()
    expect(await ended).toBe(0)
    expect(await driftOf(url)).toBe('')
  })

  it('that is killed before any of its statements is completed by the next', async () => {
    const total = Number(await migrateInProcess((await emptyDatabase()).url))
    expect(total).toBeGreaterThan(10)
    // Each goes on with what all before it have left, which is what the next that is not killed would find.
    const kill = async (first: number) => {
      const database = await emptyDatabase()
      for (let number = first; number <= total; number += 2) {
        expect(await migrateInProcess(database.url, number)).toBe('SIGKILL')
        expect(await tablesOf(database)).toEqual([])
      }
      expect(await migrateAt(database.url)).toEqual(migrations)
      expect(await driftOf(database.url)).toBe('')
    }
    await Promise.all([kill(1), kill(2)])
  })
})

/** Migrates in a process of its own. Returns how many statements that took, or the signal that ended it. */
async function migrateInProcess(url: string, fatal = 0): Promise<string | undefined> {
  const { line, child, ended } = startProgram('migrating', url, String(fatal))
  await line()
  child.stdin?.write('go\n')
  const statements = await line()
  return (await ended) === 0 ? statements : String(await ended)
}

function migrateAt(url: string, dialect: Dialect = ours): Promise<string[]> {
  return migrate(dialect, adapterFor(url))
}

/** What a migration of a release may be called. */
function migrationOf(number: number): string {
  return `99990101000000_r${number}_made_up`
}

function withMigration(name: string, script = 'CREATE TABLE made_up (x INTEGER);'): Promise<Dialect> {
  return anotherRelease(ours, { more: { [name]: script } })
}

/** What no write to the schema, or to what is recorded of its migrations, leaves as it was. */
async function footprint({ url, run }: EmptyDatabase): Promise<unknown> {
  if (databaseName === 'sqlite') return readFile(fileURLToPath(url))
  const tables = ['pg_class', 'pg_attribute', 'pg_constraint', 'pg_proc', 'pg_trigger', '_prisma_migrations']
  return run(
    tables.map((table) => `SELECT '${table}', xmin::text, ctid::text FROM ${table}`).join(' UNION ALL ') +
      ' ORDER BY 1, 2, 3',
  )
}

async function tablesOf({ run }: EmptyDatabase): Promise<unknown[]> {
  const tables = {
    sqlite: 'SELECT name FROM sqlite_master',
    postgresql: `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`,
  }
  return (await run(tables[databaseName])).flat()
}
