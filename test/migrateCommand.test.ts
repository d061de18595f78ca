import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { migrate } from '../src/storage/migrate.ts'
import { prepared, upToDate } from './migrateProcess.ts'
import { adapterFor } from './support/dialects.ts'
import type { EmptyDatabase } from './support/emptyDatabase.ts'
import { anotherRelease } from './support/releases.ts'
import { databaseName } from './support/testDatabase.ts'
import { elastic, overSocket, rest } from './support/testApp.ts'

const itsDatabase = expect.stringMatching(/^Database {7}(?:SQLite|PostgreSQL), \S+\n$/) as string

describe('profile-gateway migrate', { timeout: 60_000 }, () => {
  it('says with --status what an empty database lacks, and changes nothing; applies it; then has nothing to do', async () => {
    const { command, database, migrations } = await prepared()
    const lines = (word: string) => migrations.map((name) => `${word}  ${name}\n`).join('')
    expect(await command('migrate', '--status')).toEqual({ code: 1, out: lines('missing'), err: itsDatabase })
    if (databaseName === 'postgresql') expect(await tablesOf(database)).toEqual([])
    expect(await command('migrate')).toEqual({ code: 0, out: lines('applied'), err: itsDatabase })
    expect(await command('migrate', '--status')).toEqual({ code: 0, out: upToDate, err: itsDatabase })
    expect(await command('migrate')).toEqual({ code: 0, out: upToDate, err: itsDatabase })
  })

  it('ends as soon as it is done', async () => {
    const { start } = await prepared()
    const migrating = start('migrate')
    await migrating.says(/applied {2}(\S+)/)
    const said = performance.now()
    expect(await migrating.ended).toBe(0)
    expect(performance.now() - said).toBeLessThan(5_000)
  })

  it('says with --status what a database has from the next release', async () => {
    const { command, database, dialect, release } = await prepared()
    const name = `99990101000000_r${release + 1}_next`
    const next = await anotherRelease(dialect, { more: { [name]: 'CREATE TABLE next (x INTEGER);' } })
    await migrate(next, adapterFor(database.url))
    expect(await command('migrate', '--status')).toEqual({
      code: 0,
      out: `newer    ${name}\n${upToDate}`,
      err: itsDatabase,
    })
  })

  it('ends with 78 if the database is two releases ahead', async () => {
    const { command, database, dialect, release } = await prepared()
    const name = `99990101000000_r${release + 2}_after_next`
    const later = await anotherRelease(dialect, { more: { [name]: 'CREATE TABLE later (x INTEGER);' } })
    await migrate(later, adapterFor(database.url))
    for (const args of [['migrate'], ['migrate', '--status'], ['serve']]) {
      const { code, out, err } = await command(...args)
      expect({ code, out }).toEqual({ code: 78, out: '' })
      expect(err).toMatch(
        `: its schema is of release ${release + 2}, and this gateway knows ${release} and can work with ${release + 1}: update the gateway\n`,
      )
    }
  })

  it('works beside a gateway that serves, which on SQLite has to be stopped for more than --status', async () => {
    const { command, start } = await prepared()
    const served = start('serve')
    await served.address()
    expect(await command('migrate', '--status')).toEqual({ code: 0, out: upToDate, err: itsDatabase })
    const { code, out, err } = await command('migrate')
    if (databaseName === 'postgresql') {
      expect({ code, out, err }).toEqual({ code: 0, out: upToDate, err: itsDatabase })
    } else {
      expect({ code, out }).toEqual({ code: 78, out: '' })
      expect(err).toMatch(/: another gateway has it open, and only one may: stop it\n$/)
    }
    expect(await served.stop()).toBe(0)
  })
})

describe('a command that is no gateway', { timeout: 60_000 }, () => {
  it.each([[['users', 'list']], [['export']], [['import', 'none.ndjson']]])(
    'leaves a database of an older release as it is: %j',
    async (args) => {
      const { command, database, dialect, migrations, folder } = await prepared()
      const without = migrations.slice(-1)
      await migrate(await anotherRelease(dialect, { without }), adapterFor(database.url))
      await writeFile(join(folder, 'none.ndjson'), '')
      const { code, out, err } = await command(...args)
      expect({ code, out }).toEqual({ code: 78, out: '' })
      expect(err).toContain(`: it lacks the migrations ${without.join()}: run \`profile-gateway migrate\`\n`)
      expect(await command('migrate', '--status')).toMatchObject({ out: `missing  ${without.join()}\n` })
    },
  )
})

describe('profile-gateway serve', { timeout: 60_000 }, () => {
  it('migrates an empty database', async () => {
    const { command, start } = await prepared()
    const served = start('serve')
    expect(await rest(overSocket(await served.address()), 'GET', '/', elastic)).toMatchObject({ status: 200 })
    expect(await served.stop()).toBe(0)
    expect(await command('migrate', '--status')).toMatchObject({ code: 0, out: upToDate })
  })

  it('migrates a database that lacks migrations, on PostgreSQL if database.migrate is on_start', async () => {
    const { command, start, database, dialect, migrations, folder } = await prepared()
    const without = migrations.slice(-1)
    await migrate(await anotherRelease(dialect, { without }), adapterFor(database.url))
    if (databaseName === 'postgresql')
      await writeFile(join(folder, 'gateway.yml'), 'database: { migrate: on_start }\n')
    const served = start('serve')
    expect(await rest(overSocket(await served.address()), 'GET', '/', elastic)).toMatchObject({ status: 200 })
    expect(await served.stop()).toBe(0)
    expect(await command('migrate', '--status')).toMatchObject({ code: 0, out: upToDate })
  })
})

async function tablesOf({ run }: EmptyDatabase): Promise<unknown[]> {
  return (await run(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)).flat()
}
