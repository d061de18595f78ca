import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { describe, expect, it } from 'vitest'
import { migrate, type Dialect } from '../../src/storage/migrate.ts'
import { readMigrations } from '../../src/storage/migrations.ts'
import { sqlite } from '../../src/storage/sqlite.ts'
import { driftOf } from '../support/drift.ts'
import { startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const ours = (await readMigrations(sqlite.migrations)).map(({ name }) => name)

describe('a database that lacks migrations', () => {
  it('agrees with the schema once they are applied', async () => {
    const file = await newFile()
    expect(await migrate(sqlite, adapter(file))).toEqual(ours)
    expect(await driftOf(file)).toBe('')
  })

  it('is not touched again once it has them', async () => {
    const file = await newFile()
    await migrate(sqlite, adapter(file))
    const before = await readFile(file)
    expect(await migrate(sqlite, adapter(file))).toEqual([])
    expect(await readFile(file)).toEqual(before)
  })

  it('gets only those that are new in a later release', async () => {
    const file = await newFile()
    await migrate(sqlite, adapter(file))
    const later = await release({ '99990101000000_later': 'CREATE TABLE later (x INTEGER);' })
    expect(await migrate(later, adapter(file))).toEqual(['99990101000000_later'])
  })

  it('gets all of them or none', async () => {
    const file = await newFile()
    const broken = await release({
      '99990101000000_broken': 'CREATE TABLE a (x INTEGER); CREATE TABLE a (x INTEGER);',
    })
    await expect(migrate(broken, adapter(file))).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: 'the migration failed: table a already exists',
    })
    expect(await query(file, 'SELECT name FROM sqlite_master')).toEqual([])
  })
})

describe('a database that is not of this release', () => {
  it('is refused if it has a later migration', async () => {
    const file = await newFile()
    const later = await release({ '99990101000000_later': 'CREATE TABLE later (x INTEGER);' })
    await migrate(later, adapter(file))
    await expect(migrate(sqlite, adapter(file))).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: 'the database has the migration 99990101000000_later, which this release does not know',
    })
  })

  it('is refused if a migration has changed since it was applied', async () => {
    const file = await newFile()
    await migrate(await release({ '99990101000000_next': 'CREATE TABLE next (x INTEGER);' }), adapter(file))
    const changed = await release({ '99990101000000_next': 'CREATE TABLE next (y INTEGER);' })
    await expect(migrate(changed, adapter(file))).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: 'the migration 99990101000000_next was another one when it was applied',
    })
  })

  it('is accepted if only the line ends have changed', async () => {
    const file = await newFile()
    await migrate(
      await release({ '99990101000000_next': 'CREATE TABLE\nnext (x INTEGER);\n' }),
      adapter(file),
    )
    const crlf = await release({ '99990101000000_next': 'CREATE TABLE\r\nnext (x INTEGER);\r\n' })
    expect(await migrate(crlf, adapter(file))).toEqual([])
  })

  it('is refused, and left alone, if it belongs to something else', async () => {
    const file = await newFile()
    await query(file, 'CREATE TABLE recipes (name TEXT)')
    await expect(migrate(sqlite, adapter(file))).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: 'the database holds tables of something else',
    })
    expect(await query(file, 'SELECT name FROM sqlite_master')).toEqual([['recipes']])
  })
})

describe('a first start', () => {
  it('succeeds in each of four processes that start on one empty file at once', async () => {
    const file = await newFile()
    const programs = [1, 2, 3, 4].map(() => startProgram('migrating', file))
    await Promise.all(programs.map(({ line }) => line()))
    for (const { child } of programs) child.stdin?.write('go\n')
    expect(await Promise.all(programs.map(({ ended }) => ended))).toEqual([0, 0, 0, 0])
    expect(await driftOf(file)).toBe('')
    expect(await query(file, 'SELECT migration_name FROM _prisma_migrations')).toEqual(
      ours.map((name) => [name]),
    )
  })

  it('that is killed before any of its statements is completed by the next', async () => {
    const folder = await temporaryFolder()
    const total = Number(await run(join(folder, 'whole.db')))
    expect(total).toBeGreaterThan(10)
    const fatal = Array.from({ length: total }, (_, index) => index + 1)
    const kill = async () => {
      for (let number = fatal.shift(); number; number = fatal.shift()) {
        const file = join(folder, `${number}.db`)
        expect(await run(file, number)).toBe('SIGKILL')
        expect(await migrate(sqlite, adapter(file))).toEqual(ours)
        expect(await driftOf(file)).toBe('')
      }
    }
    await Promise.all([kill(), kill()])
  })
})

async function run(file: string, fatal = 0): Promise<string | undefined> {
  const { line, child, ended } = startProgram('migrating', file, String(fatal))
  await line()
  child.stdin?.write('go\n')
  const statements = await line()
  return (await ended) === 0 ? statements : String(await ended)
}

async function newFile(): Promise<string> {
  return join(await temporaryFolder(), 'gateway.db')
}

function adapter(file: string): PrismaBetterSqlite3 {
  return new PrismaBetterSqlite3({ url: `file:${file}` })
}

/** A release with our migrations and more. */
async function release(more: Record<string, string>): Promise<Dialect> {
  const folder = pathToFileURL(`${await temporaryFolder()}/`)
  await cp(sqlite.migrations, folder, { recursive: true })
  for (const [name, script] of Object.entries(more)) {
    await mkdir(new URL(name, folder))
    await writeFile(new URL(`${name}/migration.sql`, folder), script)
  }
  return { ...sqlite, migrations: folder }
}

async function query(file: string, sql: string): Promise<unknown[][]> {
  const connection = await adapter(file).connect()
  const { rows } = await connection.queryRaw({ sql, args: [], argTypes: [] })
  await connection.dispose()
  return rows
}
