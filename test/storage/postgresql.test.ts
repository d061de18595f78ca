import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../src/storage/database.ts'
import { startPostgres, type PostgresServer } from '../support/postgres.ts'
import { newDatabase, optionsFor, type NewDatabase } from '../support/testDatabase.ts'

describe('an open PostgreSQL database', () => {
  it('answers nothing more once it is closed', async () => {
    const { profiles, close } = await openDatabase(optionsFor(await removedAfterwards()))
    await close()
    await expect(profiles.find(['u'])).rejects.toThrow()
  })

  it('keeps at most as many connections as it may, and none once it is closed', async () => {
    const database = await removedAfterwards()
    const name = new URL(database.url).pathname.slice(1)
    const connections = async () =>
      Number(
        (
          await database.run(
            `SELECT count(*) FROM pg_stat_activity WHERE datname = '${name}' AND application_name = 'profile-gateway'`,
          )
        )[0]?.[0],
      )
    const { profiles, close } = await openDatabase({ ...optionsFor(database), poolSize: 3 })
    await Promise.all(Array.from({ length: 100 }, (_, n) => profiles.candidates(String(n), null)))
    expect(await connections()).toBe(3)
    await close()
    await expect.poll(connections).toBe(0)
  })

  it('ends a statement that takes too long, as UNAVAILABLE', async () => {
    const database = await removedAfterwards()
    const { profiles, close } = await openDatabase({ ...optionsFor(database), statementTimeout: 100 })
    onTestFinished(close)
    await database.run('BEGIN')
    await database.run('LOCK TABLE profiles')
    await expect(profiles.candidates('base', null)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await database.run('ROLLBACK')
    await expect(profiles.candidates('base', null)).resolves.toMatchObject({ profiles: [] })
  })

  it('fails as UNAVAILABLE when no connection is free in time', async () => {
    const database = await removedAfterwards()
    const options = { ...optionsFor(database), poolSize: 1, connectionTimeout: 100, statementTimeout: 1_000 }
    const { profiles, close } = await openDatabase(options)
    onTestFinished(close)
    await database.run('BEGIN')
    await database.run('LOCK TABLE profiles')
    const waiting = profiles.candidates('base', null)
    await expect(profiles.candidates('base', null)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await database.run('ROLLBACK')
    await expect(waiting).resolves.toMatchObject({ profiles: [] })
  })

  it('makes again what the server has undone, whatever its transactions are isolated by', async () => {
    const database = await removedAfterwards()
    const name = new URL(database.url).pathname.slice(1)
    await database.run(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`)
    const { users, close } = await openDatabase(optionsFor(database))
    onTestFinished(close)
    const user = { username: 'ada', passwordHash: '', roles: [], fullName: null, email: null, metadata: {} }
    await Promise.all(Array.from({ length: 30 }, () => users.put({ ...user, enabled: true })))
    expect((await users.find('ada'))?.basis.revision).toBe(30)
  })
})

describe('a PostgreSQL database that cannot be served', () => {
  it.each([
    ['synchronous_commit = off', 'synchronous_commit is off: a crash would take what was acknowledged'],
    ['default_transaction_read_only = on', 'it may only be read'],
  ])('is refused if it has %s', async (setting, reason) => {
    const database = await removedAfterwards()
    const { host, pathname } = new URL(database.url)
    await database.run(`ALTER DATABASE ${pathname.slice(1)} SET ${setting}`)
    onTestFinished(async () => {
      await database.run(`ALTER DATABASE ${pathname.slice(1)} RESET ALL`)
    })
    await expect(openDatabase(optionsFor(database))).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: `cannot open postgres://${host}${pathname}: ${reason}`,
    })
  })

  it('is refused if it is not there, or nobody is, without who wanted to open it', async () => {
    const clock = () => 0
    const missing = Object.assign(new URL(inject('postgres')), { pathname: '/missing', password: 's3cret' })
    await expect(openDatabase(optionsFor({ url: missing.href, clock }))).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: `cannot open postgres://${missing.host}/missing: database "missing" does not exist`,
    })
    const nobody = 'postgres://gate:s3cret@127.0.0.1:1/db'
    await expect(openDatabase(optionsFor({ url: nobody, clock }))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'cannot open postgres://127.0.0.1:1/db: there is no such host, or nothing listens there',
    })
  })
})

describe('a PostgreSQL server with TLS', () => {
  const tls = join(import.meta.dirname, '../support/tls')
  let server: PostgresServer
  beforeAll(async () => {
    const read = (name: string) => readFile(join(tls, name), 'utf8')
    server = await startPostgres({
      settings: { ssl: 'on' },
      files: { 'server.crt': await read('server.pem'), 'server.key': await read('server.key.pem') },
    })
  })
  afterAll(() => server.close())

  const open = async (host: string, parameters: string) => {
    const url = (await server.createDatabase()).replace('127.0.0.1', host) + parameters
    const database = await openDatabase(optionsFor({ url, clock: () => 0 }))
    const [encrypted] = await server.query(
      `SELECT bool_and(ssl) AS ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
       WHERE application_name = 'profile-gateway'`,
    )
    await database.close()
    return encrypted
  }

  it.each([
    ['127.0.0.1', '', false],
    ['127.0.0.1', '?sslmode=disable', false],
    ['127.0.0.1', '?sslmode=require', true],
    ['127.0.0.1', `?sslmode=verify-ca&sslrootcert=${tls}/authority.pem`, true],
    ['localhost', `?sslmode=verify-full&sslrootcert=${tls}/authority.pem`, true],
  ])('is opened at %s with %s', async (host, parameters, ssl) => {
    expect(await open(host, parameters)).toEqual({ ssl })
  })

  it.each([
    ['127.0.0.1', `?sslmode=verify-full&sslrootcert=${tls}/authority.pem`, /IP|altnames/],
    ['localhost', `?sslmode=verify-full&sslrootcert=${tls}/anotherAuthority.pem`, /certificate/],
    ['localhost', `?sslmode=verify-ca&sslrootcert=${tls}/anotherAuthority.pem`, /certificate/],
    ['localhost', '?sslmode=verify-full', /certificate/],
  ])('is not trusted at %s with %s', async (host, parameters, message) => {
    const failure = expect.objectContaining({
      code: 'CONFIGURATION',
      message: expect.stringMatching(message) as string,
    }) as Error
    await expect(open(host, parameters)).rejects.toEqual(failure)
  })
})

async function removedAfterwards(): Promise<NewDatabase> {
  const database = await newDatabase()
  onTestFinished(() => database.remove())
  return database
}
