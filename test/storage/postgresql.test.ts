import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../src/storage/database.ts'
import { ample } from '../support/definitionsRoom.ts'
import { emptyDatabase } from '../support/emptyDatabase.ts'
import { groundless } from '../support/groundless.ts'
import { startPostgres, type PostgresServer } from '../support/postgres.ts'
import { readerOf } from '../support/readerOf.ts'
import { newDatabase, optionsFor, type NewDatabase } from '../support/testDatabase.ts'

describe('an open PostgreSQL database', () => {
  it('answers nothing more once it is closed', async () => {
    const { profiles, close } = await openDatabase(optionsFor(await removedAfterwards()))
    await close()
    await expect(profiles.find(['u'])).rejects.toThrow()
  })

  it('keeps at most as many connections as it may, and none once it is closed', async () => {
    const database = await removedAfterwards()
    const name = nameOf(database)
    const connections = async () =>
      Number(
        (
          await database.run(
            `SELECT count(*) FROM pg_stat_activity WHERE datname = '${name}' AND application_name = 'profile-gateway'`,
          )
        )[0]?.[0],
      )
    const { profiles, close } = await openDatabase({ ...optionsFor(database), poolSize: 3 })
    await Promise.all(Array.from({ length: 100 }, (_, n) => profiles.findWithData([String(n)])))
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
    const options = { ...optionsFor(database), poolSize: 1, connectionTimeout: 500, statementTimeout: 2_000 }
    const { profiles, close } = await openDatabase(options)
    onTestFinished(close)
    await database.run('BEGIN')
    await database.run('LOCK TABLE profiles')
    const waiting = profiles.findWithData(['uid'])
    await expect(profiles.findWithData(['uid'])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await database.run('ROLLBACK')
    await expect(waiting).resolves.toEqual([])
  })

  it('is migrated once by four who open it at once, whatever its transactions are isolated by', async () => {
    const database = await emptyDatabase()
    await database.run(
      `ALTER DATABASE ${nameOf(database)} SET default_transaction_isolation = 'serializable'`,
    )
    const opened = await Promise.all([1, 2, 3, 4].map(() => openDatabase(optionsFor(database))))
    await Promise.all(opened.map(({ close }) => close()))
    expect(new Set(opened.map(({ clusterUuid }) => clusterUuid)).size).toBe(1)
  })

  it('makes no statement in vain once the next release has added columns', async () => {
    const database = await removedAfterwards()
    const failures: unknown[] = []
    const { users, roles, roleMappings, profiles, securityEpoch, close } = await openDatabase({
      ...optionsFor(database),
      poolSize: 1,
      watch: (_, statement) =>
        statement().catch((failure: unknown) => {
          failures.push(failure)
          throw failure
        }),
    })
    onTestFinished(close)
    const readAll = () =>
      Promise.all([
        users.find('ada'),
        users.findPassword('ada'),
        users.passwordHashes('', 10),
        roles.definitions(),
        roleMappings.definitions(),
        profiles.find(['u']),
        securityEpoch(),
      ])
    const before = await readAll()
    for (const table of ['cluster', 'users', 'roles', 'role_mappings', 'profiles'])
      await database.run(`ALTER TABLE ${table} ADD COLUMN next TEXT`)
    expect(await readAll()).toEqual(before)
    expect(failures).toEqual([])
  })

  it('makes again what the server has undone, whatever its transactions are isolated by', async () => {
    const database = await removedAfterwards()
    const name = nameOf(database)
    await database.run(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`)
    const { users, close } = await openDatabase(optionsFor(database))
    onTestFinished(close)
    const user = { username: 'ada', passwordHash: '', roles: [], fullName: null, email: null, metadata: {} }
    await Promise.all(Array.from({ length: 30 }, () => users.put({ ...user, enabled: true }, groundless)))
    expect((await users.find('ada'))?.basis.revision).toBe(30)
  })
})

describe('a PostgreSQL database that cannot be served', () => {
  it.each([
    ['synchronous_commit = off', 'synchronous_commit is off: a crash would take what was acknowledged'],
    ['search_path = elsewhere', 'there is no schema that this role may use'],
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
      message: 'cannot open postgres://127.0.0.1:1/db: nothing listens there',
    })
  })
})

it.each(['31337#s3cret', '31337/s3cret', '31337?s3cret'])(
  'the URL of a PostgreSQL database is not repeated where its password is %s, as it should not be written',
  async (password) => {
    const url = `postgres://gate:${password}@127.0.0.1/db`
    const opened = openDatabase(optionsFor({ url, clock: () => 0 }))
    await expect(opened).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(/^cannot open DATABASE_URL: it is no URL: in a name, /) as string,
    })
  },
)

describe('a PostgreSQL database on whose search path are two schemas', () => {
  const path = 'gate, public, clock, pg_catalog'
  const user = { username: 'ada', passwordHash: '', roles: [], fullName: null, email: null, metadata: {} }

  /** As a role finds it that has a schema of its own name. */
  async function withPath(): Promise<NewDatabase> {
    const database = await removedAfterwards()
    await database.run('CREATE SCHEMA gate')
    await database.run(`ALTER DATABASE ${nameOf(database)} SET search_path = ${path}`)
    return database
  }

  it('is served where its tables are', async () => {
    const { users, roles, close } = await openDatabase(optionsFor(await withPath()))
    onTestFinished(close)
    await users.put({ ...user, enabled: true }, groundless)
    await users.setEnabled('ada', false)
    expect((await users.find('ada'))?.user.enabled).toBe(false)
    const { securityEpoch } = await roles.definitions()
    const empty = { indices: [], applications: [], runAs: [], global: null, metadata: {}, description: null }
    await roles.put({ name: 'r', cluster: [], ...empty }, ample)
    expect((await roles.definitions()).securityEpoch).toBeGreaterThan(securityEpoch)
  })

  it('is migrated into the first, if it has no tables yet, and served there', async () => {
    const database = await withPath()
    await database.run('DROP SCHEMA public CASCADE')
    const { users, close } = await openDatabase(optionsFor(database))
    onTestFinished(close)
    await users.put({ ...user, enabled: true }, groundless)
    expect((await users.find('ada'))?.user.username).toBe('ada')
    expect(await database.run('SELECT username FROM gate.users')).toEqual([['ada']])
  })

  it('is refused if the path leads to tables of both', async () => {
    const database = await withPath()
    await database.run('CREATE TABLE gate.users (username text)')
    await expect(openDatabase(optionsFor(database))).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('its search_path leads to tables of several schemas') as string,
    })
  })
})

describe('a PostgreSQL database that may only be read', () => {
  it('is no error of the configuration, and makes a gateway unready that has it open', async () => {
    const database = await removedAfterwards()
    const { check, close } = await openDatabase({ ...optionsFor(database), poolSize: 1 })
    onTestFinished(close)
    await check()
    await database.run(`ALTER DATABASE ${nameOf(database)} SET default_transaction_read_only = on`)
    await database.run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'profile-gateway' AND datname = '${nameOf(database)}'`,
    )
    await expect
      .poll(() => check().catch((failure: unknown) => String(failure)))
      .toBe('Failure: it may only be read')
    await expect(openDatabase(optionsFor(database))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('a role of PostgreSQL that may not use all tables', () => {
  it('makes a gateway unready, which says which', async () => {
    const database = await removedAfterwards()
    const url = await readerOf(database)
    const role = new URL(url).username
    await database.run(`GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`)
    const { check, close } = await openDatabase(optionsFor({ ...database, url }))
    onTestFinished(close)
    await check()
    await database.run(`REVOKE DELETE ON profiles FROM ${role}`)
    await database.run('DROP TABLE attempts')
    await expect(check()).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: 'this role may not read and write all of profiles, attempts (not there)',
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

describe('a PostgreSQL server that asks for passwords', () => {
  let server: PostgresServer
  beforeAll(async () => {
    const rules = 'host all profiles 127.0.0.1/32 scram-sha-256\nhost all postgres 127.0.0.1/32 trust\n'
    server = await startPostgres({ files: { 'pg_hba.conf': rules } })
    await server.query(`CREATE ROLE profiles LOGIN SUPERUSER PASSWORD 'changeme'`)
  })
  afterAll(() => server.close())

  const as = async (user: string) => (await server.createDatabase()).replace('postgres@', `${user}@`)

  it('is opened with one, and without one left at once', async () => {
    await (await openDatabase(optionsFor({ url: await as('profiles:changeme'), clock: () => 0 }))).close()
    await expect(
      openDatabase(optionsFor({ url: await as('profiles'), clock: () => 0 })),
    ).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('asks for a password, and DATABASE_URL has none') as string,
    })
    const connections = () =>
      server.query(
        `SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
      )
    await expect.poll(connections).toEqual([])
  })
})

function nameOf({ url }: Pick<NewDatabase, 'url'>): string {
  return new URL(url).pathname.slice(1)
}

async function removedAfterwards(): Promise<NewDatabase> {
  const database = await newDatabase()
  onTestFinished(() => database.remove())
  return database
}
