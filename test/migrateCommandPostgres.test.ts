import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { migrate } from '../src/storage/migrate.ts'
import { releaseOf } from '../src/storage/migrations.ts'
import { gateway } from './cliProcess.ts'
import { finished, prepared, upToDate } from './migrateProcess.ts'
import { adapterFor } from './support/dialects.ts'
import { emptyDatabase, asSuperuser, type EmptyDatabase } from './support/emptyDatabase.ts'
import { jacknich, jacknichUid, loginBackend, provision } from './support/people.ts'
import { readerOf } from './support/readerOf.ts'
import { anotherRelease } from './support/releases.ts'
import { elastic, overSocket, rest } from './support/testApp.ts'
import { temporaryFolder } from './support/temporaryFolder.ts'
import { lines } from './support/transferring.ts'
import { user } from './transferProcess.ts'

const itsDatabase = expect.stringMatching(/^Database {7}PostgreSQL, \S+\n$/) as string

describe('a PostgreSQL database that lacks a migration', { timeout: 60_000 }, () => {
  it('is not served and not changed: 78, and the command that helps; once that has run, it is served', async () => {
    const { command, start, database, dialect, migrations } = await prepared()
    const without = migrations.slice(-1)
    await migrate(await anotherRelease(dialect, { without }), adapterFor(database.url))
    expect(await command('serve')).toEqual({
      code: 78,
      out: '',
      err: `profile-gateway: cannot open ${publicUrl(database.url)}: it lacks the migrations ${without.join()}: run \`profile-gateway migrate\`\n`,
    })
    expect(await command('migrate', '--status')).toEqual({
      code: 1,
      out: `missing  ${without.join()}\n`,
      err: itsDatabase,
    })
    expect(await command('migrate')).toEqual({
      code: 0,
      out: `applied  ${without.join()}\n`,
      err: itsDatabase,
    })
    expect(await command('migrate', '--status')).toEqual({ code: 0, out: upToDate, err: itsDatabase })
    const served = start('serve')
    await served.address()
    expect(await served.stop()).toBe(0)
  })
})

describe('a table that somebody keeps locked', { timeout: 60_000 }, () => {
  it('is not migrated: 69, and when to try again', async () => {
    const { command, database, dialect, migrations, release } = await prepared()
    const without = migrations.filter((name) => releaseOf(name) === release)
    await migrate(await anotherRelease(dialect, { without }), adapterFor(database.url))
    const other = await adapterFor(database.url).connect()
    onTestFinished(() => other.dispose())
    await other.executeScript('BEGIN; LOCK TABLE cluster')
    const { code, err } = await command('migrate')
    expect(code).toBe(69)
    expect(err).toMatch(
      /: canceling statement due to lock timeout: a table is in use, try again when nobody uses it\n$/,
    )
  })
})

describe('a gateway on PostgreSQL', { timeout: 60_000 }, () => {
  it('goes on while the next release migrates, and is not ready once the one after that has', async () => {
    const { start, database, dialect, release } = await prepared()
    const served = start('serve')
    const fetch = overSocket(await served.address())
    const ready = async () => (await fetch('/health/ready')).status
    expect(await ready()).toBe(200)
    const more = { [`99990101000000_r${release + 1}_next`]: 'ALTER TABLE users ADD COLUMN next TEXT;' }
    await migrate(await anotherRelease(dialect, { more }), adapterFor(database.url))
    await eventually(ready, 200)
    await provision(fetch)
    expect(await activated(fetch)).toMatchObject({ status: 200, body: { uid: jacknichUid } })
    more[`99990101000001_r${release + 2}_after_next`] = 'ALTER TABLE users DROP COLUMN email;'
    await migrate(await anotherRelease(dialect, { more }), adapterFor(database.url))
    await eventually(ready, 503)
    expect(await served.stop()).toBe(0)
  })
})

describe('a role of PostgreSQL that may not change schemas', { timeout: 60_000 }, () => {
  it('can serve what another has migrated', async () => {
    const { command, database, folder } = await prepared()
    expect(await command('migrate')).toMatchObject({ code: 0 })
    const { environment } = await withoutDdl(database)
    const status = gateway(['migrate', '--status'], folder, environment)
    expect(await finished(status)).toEqual({ code: 0, out: upToDate, err: itsDatabase })
    const served = gateway(['serve'], folder, environment)
    const fetch = overSocket(await served.address())
    await provision(fetch)
    expect(await rest(fetch, 'PUT', '/_security/role/late', elastic, { cluster: ['all'] })).toMatchObject({
      status: 200,
      body: { role: { created: true } },
    })
    expect(await activated(fetch)).toMatchObject({ status: 200, body: { uid: jacknichUid } })
    const [[epoch] = []] = await database.run('SELECT "securityEpoch" FROM cluster')
    expect(Number(epoch)).toBe(2)
    expect(await served.stop()).toBe(0)
  })

  it('cannot write where it may only read: 78, and the grants that it needs', async () => {
    const { command, database, folder } = await prepared()
    await command('migrate')
    await writeFile(join(folder, 'a.ndjson'), lines(user))
    const environment = { DATABASE_URL: await readerOf(database) }
    for (const args of [
      ['import', 'a.ndjson'],
      ['roles', 'put', 'one', '--cluster', 'all'],
    ]) {
      const { code, err } = await finished(gateway(args, folder, environment))
      expect([args, code]).toEqual([args, 78])
      expect(err).toMatch(
        /^profile-gateway: .*this role may not do that: it needs SELECT, INSERT.* docs\/operations\.md .*\n$/m,
      )
      expect(err).not.toContain('    at ')
    }
  })

  it('cannot do it now: 69, and what the database says of it', async () => {
    const { command, database } = await prepared()
    await command('migrate')
    const [[name] = []] = await database.run('SELECT current_database()')
    await database.run(`ALTER DATABASE ${String(name)} SET lock_timeout = '100ms'`)
    const other = new Client({ connectionString: database.url })
    await other.connect()
    onTestFinished(() => other.end())
    await other.query('BEGIN; LOCK TABLE users')
    const { code, err } = await command('users', 'list')
    expect(code).toBe(69)
    expect(err).toMatch(/^profile-gateway: .*: canceling statement due to lock timeout\n$/m)
    expect(err).not.toContain('    at ')
  })

  it.each([[['serve']], [['migrate']]])(
    'cannot migrate: %j on an empty database ends with 78, says why, and does not say its password',
    async (args) => {
      const database = await emptyDatabase()
      const { environment, password } = await withoutDdl(database)
      const { code, out, err } = await finished(gateway(args, await temporaryFolder(), environment))
      expect({ code, out }).toEqual({ code: 78, out: '' })
      expect(err.replace(/^Database .*\n/, '')).toBe(
        `profile-gateway: cannot open ${publicUrl(database.url)}: it has to be migrated, which this role may not do: run \`profile-gateway migrate\` as one that may\n`,
      )
      expect(err).not.toContain(password)
      expect(await database.run(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)).toEqual([])
    },
  )
})

/** What a gateway needs to open a database as a role that may read and write its rows, and nothing else. */
async function withoutDdl({ url, run }: EmptyDatabase) {
  const [role, password] = [`serve_${randomUUID().slice(0, 8)}`, 'pg-s3cret-p@ss']
  const { pathname, host } = new URL(url)
  await asSuperuser(`CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '${password}'`)
  await asSuperuser(`REVOKE ALL ON DATABASE ${pathname.slice(1)} FROM PUBLIC`)
  await asSuperuser(`GRANT CONNECT ON DATABASE ${pathname.slice(1)} TO ${role}`)
  await run(`REVOKE ALL ON SCHEMA public FROM PUBLIC`)
  await run(`GRANT USAGE ON SCHEMA public TO ${role}`)
  await run(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`)
  const databaseUrl = `postgres://${role}:${encodeURIComponent(password)}@${host}${pathname}`
  return { password, environment: { DATABASE_URL: databaseUrl, ELASTIC_PASSWORD: elastic.password } }
}

/** Activates a profile, as an application does. */
function activated(fetch: ReturnType<typeof overSocket>) {
  const grant = { grant_type: 'password', ...jacknich }
  return rest(fetch, 'POST', '/_security/profile/_activate', loginBackend, grant)
}

/** Readiness is remembered for a moment. */
async function eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  await expect.poll(read).toBe(expected)
}

/** The URL without who opens it. */
function publicUrl(url: string): string {
  const { pathname } = new URL(url)
  return `postgres://${new URL(inject('postgres')).host}${pathname}`
}
