import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { chmod, open, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Check } from '../src/doctor/check.ts'
import { certificateCheck } from '../src/doctor/serverChecks.ts'
import { agreementOf } from '../src/realms/agreement.ts'
import { openDatabase } from '../src/storage/database.ts'
import { gateway, gatewayCommand, Process } from './cliProcess.ts'
import { commandLine } from './support/commandLine.ts'
import { emptyDatabase, type EmptyDatabase } from './support/emptyDatabase.ts'
import { gatewayMain } from './support/gatewayMain.ts'
import { load } from './support/loading.ts'
import { readerOf } from './support/readerOf.ts'
import { sharedSession } from './support/sharedSession.ts'
import { temporaryFolder } from './support/temporaryFolder.ts'
import { databaseName, optionsFor } from './support/testDatabase.ts'
import { elastic } from './support/testApp.ts'
import { bcryptHash } from './transfer/cluster.ts'
import { prepared as newDatabase, user } from './transferProcess.ts'
import { groundless } from './support/groundless.ts'

const bySqlite = databaseName === 'sqlite'

/** The server of the tests writes nothing to its disk in time, which the doctor sees. */
const unavoidable = bySqlite ? [] : ['postgresql.durability']

/** A database of this release, and what the doctor says of it with the settings and the environment that are given. */
async function prepared() {
  const database = await emptyDatabase()
  const opened = await openDatabase(optionsFor(database))
  await opened.close()
  return {
    database,
    examined: (settings = '{}', environment = {}) => examined(database, settings, environment),
  }
}

async function examined(
  database: Pick<EmptyDatabase, 'url'>,
  settings: string,
  environment: Record<string, string>,
) {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'gateway.yml'), settings)
  const run = commandLine({
    DATABASE_URL: database.url,
    GATEWAY_CONFIG: join(folder, 'gateway.yml'),
    ...environment,
  })
  const { out, exitCode } = await run(['doctor', '--json'])
  const { checks } = JSON.parse(out) as { checks: Check[] }
  return {
    ...{ checks, exitCode },
    printed: async () => (await run(['doctor'])).out,
    strict: async () => (await run(['doctor', '--strict'])).exitCode,
    of: (id: string) => checks.find((check) => check.id === id),
  }
}

const settingsOf = (realm: string) => `realms.jwt.corp: ${realm}\n`
/** A machine that does much else answers late. */
const patient = 'http: { connect_timeout: 1m, connection_read_timeout: 1m, socket_timeout: 1m }'

const jwt = `order: 1, allowed_issuer: https://idp.example.com/, allowed_audiences: [gateway],
  claims: { principal: sub }, client_authentication: { type: none }, ${patient}`

describe('the doctor', { timeout: 120_000 }, () => {
  it('finds no failure where there is none, and changes nothing', async () => {
    const { database, examined } = await prepared()
    const folder = bySqlite ? dirname(database.url.replace('file:', '')) : null
    const state = async () =>
      folder && [await readdir(folder), (await stat(database.url.replace('file:', ''))).mtimeMs]
    const before = await state()
    const { checks, exitCode, of } = await examined()
    const failing = checks.filter((check) => check.state === 'failure').map(({ id }) => id)
    expect(failing).toEqual(unavoidable)
    expect(exitCode).toBe(failing.length > 0 ? 1 : 0)
    expect(of('migrations')).toMatchObject({ state: 'ok', advice: null })
    expect(of('profiles.one_each')).toMatchObject({ state: 'ok' })
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length)
    expect(await state()).toEqual(before)
  })

  it('may look beside a gateway that serves', async () => {
    const { database, examined } = await prepared()
    const opened = await openDatabase(optionsFor(database))
    onTestFinished(opened.close)
    await opened.agreeOnRealms(agreementOf((await load('{}')).settings), false)
    expect(await opened.users.delete('nobody')).toBe(false)
    const { of } = await examined()
    expect(of('realms.agreed')).toMatchObject({ state: 'ok' })
    expect(of('database')).toMatchObject({ state: 'ok' })
  })

  it('says whether there is a gateway.yml, where all is right', async () => {
    const { database, examined } = await prepared()
    const empty = await temporaryFolder()
    const withoutOne = gateway(['doctor', '--json'], empty, { DATABASE_URL: database.url })
    await withoutOne.ended
    const { checks } = JSON.parse(withoutOne.out) as { checks: Check[] }
    const finding = 'the environment is valid; there is no gateway.yml, so each setting has its default'
    expect(checks[0]).toMatchObject({ id: 'configuration', state: 'ok', finding })
    expect((await examined()).checks[0]).toMatchObject({
      finding: 'gateway.yml and the environment are valid',
    })
  })

  it('says all that is wrong with a configuration, and ends with 78', async () => {
    const { checks, exitCode, printed } = await examined({ url: 'file:unused.db' }, 'colour: red\n', {
      PORT: 'x',
    })
    expect(exitCode).toBe(78)
    expect(checks[0]).toMatchObject({ id: 'configuration', state: 'failure' })
    expect(await printed()).toMatch(
      /^failure {2}configuration {2}PORT: expected a number.*\n {24}\S+:1: colour: unknown setting\n {24}→ /,
    )
    expect(checks.slice(1).every(({ state }) => state === 'skipped')).toBe(true)
  })

  it.runIf(bySqlite)('ends with 0 for warnings, with --strict with 1', async () => {
    const { examined } = await prepared()
    const { exitCode, strict, of } = await examined('activation.unchanged_grace: 0\n')
    expect([exitCode, await strict()]).toEqual([0, 1])
    expect(of('activation.unchanged_grace')).toMatchObject({ state: 'warning' })
  })

  it('says what to do below what is not well, for people', async () => {
    const { database } = await prepared()
    const run = commandLine({ DATABASE_URL: database.url, LOG_LEVEL: 'trace' })
    const { out } = await run(['doctor'])
    expect(out).toMatch(/^warning {2}LOG_LEVEL +the log says why .*\n +→ set it to info$/m)
    expect(out).toMatch(/\n\n\d+ ok, \d+ warnings, .*\n$/)
  })
})

describe('of a database the doctor says', { timeout: 120_000 }, () => {
  it('that it is not there, or cannot be reached', async () => {
    const none = await examined({ url: `file:${join(await temporaryFolder(), 'none.db')}` }, '{}', {})
    expect(none.of('database')).toMatchObject({
      ...{ state: 'warning', finding: 'there is no database yet' },
      advice: 'start a gateway with ELASTIC_PASSWORD, or run `profile-gateway migrate`',
    })
    const gone = await examined({ url: 'postgres://gateway:s3cret@127.0.0.1:1/none' }, '{}', {})
    expect(gone.of('database')).toMatchObject({ state: 'failure' })
    expect(gone.exitCode).toBe(1)
    expect(JSON.stringify(gone.checks)).not.toContain('s3cret')
  })

  it('that it lacks migrations, and looks no further', async () => {
    const { examined, database } = await prepared()
    await database.run(
      `DELETE FROM _prisma_migrations WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)`,
    )
    const { of } = await examined()
    expect(of('migrations')).toMatchObject({ state: bySqlite ? 'warning' : 'failure' })
    expect(of('migrations')?.finding).toMatch(/^the database lacks \d+_/)
    expect(of('superuser')).toMatchObject({ state: 'skipped' })
  })

  it('that realms are others than those that were agreed on', async () => {
    const { examined, database } = await prepared()
    await database.run(`UPDATE cluster SET realms = 'realm native/other {}'`)
    const { of, exitCode } = await examined()
    expect(of('realms.agreed')).toMatchObject({ state: 'failure' })
    expect(of('realms.agreed')?.finding).toMatch(
      /^realms and domains are not those agreed on\nagreed: realm native\/other \{\}\nhere: {3}realm native\/native \{\}\n/,
    )
    expect(exitCode).toBe(1)
  })

  it('whose two profiles are, by the domains of now', async () => {
    const { examined, database } = await prepared()
    const profile = (uid: string, username: string, type: string, name: string) =>
      database.run(`INSERT INTO profiles (uid, base, username, roles, "realmName", "realmType", enabled, "lastSynchronized", labels, data, "seqNo")
        VALUES ('${uid}', 'base of ${username}', '${username}', '[]', '${name}', '${type}', true, 1, '{}', '{}', 0)`)
    await profile('u_1', 'jack', 'native', 'native')
    await profile('u_2', 'jack', 'jwt', 'corp')
    await profile('u_3', 'jack', 'jwt', 'other')
    await profile('u_4', 'joan', 'jwt', 'corp')
    const keys = join(await temporaryFolder(), 'jwks.json')
    const realm = settingsOf(`{ ${jwt}, pkc_jwkset_path: ${keys} }`)
    expect((await examined(realm)).of('profiles.one_each')).toMatchObject({ state: 'ok' })
    const joined = await examined(`${realm}domains.staff.realms: [native, corp]\n`)
    expect(joined.of('profiles.one_each')).toMatchObject({
      state: 'failure',
      finding: '[jack] owns 2: u_1, u_2',
    })
    await profile('u_5', 'jack', 'native', 'default_native')
    expect((await examined(realm)).of('profiles.one_each')?.finding).toBe('[jack] owns 2: u_1, u_5')
  })

  it('how many users have imported hashes, and whether elastic has a weak password', async () => {
    const { examined, database } = await prepared()
    const opened = await openDatabase(optionsFor(database))
    const user = { roles: [], fullName: null, email: null, metadata: {}, enabled: true }
    await opened.users.put({ ...user, username: 'imported', passwordHash: bcryptHash }, groundless)
    await opened.close()
    const { of, checks } = await examined('{}', { ELASTIC_PASSWORD: 'short1' })
    expect(of('users.password_hashes')?.finding).toBe(
      'enabled users have imported hashes: 1 × bcrypt of cost 10',
    )
    expect(JSON.stringify(checks)).not.toContain(bcryptHash)
    expect(of('superuser')).toMatchObject({ state: 'ok', finding: 'the first start makes elastic' })
    const run = commandLine({ DATABASE_URL: database.url })
    await database.run(`UPDATE users SET username = 'elastic' WHERE username = 'imported'`)
    await run(['users', 'reset-password', 'elastic'], { input: 'short1' })
    expect((await examined('{}', { ELASTIC_PASSWORD: 'short1' })).of('superuser')).toMatchObject({
      state: 'warning',
    })
    const other = await examined('{}', { ELASTIC_PASSWORD: elastic.password })
    expect(other.of('superuser')?.finding).toBe('ELASTIC_PASSWORD is not the password of elastic')
    expect(JSON.stringify(other.checks)).not.toContain(elastic.password)
    await run(['users', 'reset-password', 'elastic'], { input: 'changeme' })
    expect((await examined()).of('superuser')).toEqual({
      ...{ id: 'superuser', state: 'warning' },
      finding: 'the password of elastic is that of the documentation',
      advice: 'run `profile-gateway users reset-password elastic --generate`',
    })
  })
})

/** What runs a command without the privileges of root, whom permissions do not stop. */
const asNobody = process.geteuid?.() === 0 ? 'setpriv --reuid=65534 --clear-groups' : ''
const canBeNobody = spawnSync('bash', ['-c', `${asNobody} test -r '${gatewayMain}'`]).status === 0

describe.runIf(bySqlite)('of an SQLite file the doctor says', () => {
  it('that others may read it', async () => {
    const { examined, database } = await prepared()
    const file = database.url.replace('file:', '')
    for (const one of [file, `${file}.lock`]) await chmod(one, 0o600)
    expect((await examined()).of('sqlite.permissions')).toMatchObject({ state: 'ok' })
    await chmod(file, 0o644)
    expect((await examined()).of('sqlite.permissions')).toMatchObject({
      state: 'warning',
      finding: `others may read password hashes: ${file} (0644)`,
    })
  })

  it('that it is damaged', async () => {
    const { examined, database } = await prepared()
    await database.run(`INSERT INTO roles VALUES ('one', '{}', 1)`)
    await database.run('PRAGMA wal_checkpoint(TRUNCATE)')
    const file = database.url.replace('file:', '')
    const { size } = await stat(file)
    const bytes = Buffer.alloc(4_096, 0xff)
    const handle = await open(file, 'r+')
    await handle.write(bytes, 0, bytes.length, size - bytes.length)
    await handle.close()
    const { of, exitCode } = await examined()
    expect([of('sqlite.integrity')?.state ?? of('database')?.state, exitCode]).toEqual(['failure', 1])
    expect(of('database')?.finding).not.toBe('internal error')
  })

  it('why it cannot be read, and nothing of where it is, which is right', async () => {
    const file = join(await temporaryFolder(), 'gateway.db')
    const said = async () => (await examined({ url: `file:${file}` }, '{}', {})).of('database')
    const saying = (reason: string) => ({
      ...{ state: 'failure', advice: null },
      finding: `cannot open file:${file}: ${reason}`,
    })
    await writeFile(file, 'Dear diary,')
    expect(await said()).toMatchObject(saying('it is not an SQLite database'))
    await writeFile(file, Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4_080, 0xff)]))
    expect((await said())?.advice).toBeNull()
  })

  it.runIf(canBeNobody)('that it may not be read', async () => {
    const folder = await temporaryFolder()
    await chmod(folder, 0o755)
    await writeFile(join(folder, 'gateway.db'), '', { mode: 0 })
    const command = `${asNobody} ${gatewayCommand} doctor --json`
    const shell = new Process('bash', ['-c', command], folder, { DATABASE_URL: 'file:gateway.db' })
    expect(await shell.ended).toBe(1)
    const { checks } = JSON.parse(shell.out) as { checks: Check[] }
    const finding = 'cannot open file:gateway.db: it may not be read'
    expect(checks.find(({ id }) => id === 'database')).toMatchObject({ finding, advice: null })
  })
})

describe('of a database that no gateway has opened yet the doctor says', { timeout: 60_000 }, () => {
  it('no failure where something was imported into it', async () => {
    const { url, command, write } = await newDatabase()
    const superuser = { ...user, username: 'elastic', roles: ['superuser'], metadata: { _reserved: true } }
    await write('users.ndjson', `${JSON.stringify(superuser)}\n`)
    expect(await command('import', 'users.ndjson')).toMatchObject({ code: 0 })
    const { checks, of } = await examined({ url }, '{}', {})
    expect(checks.filter(({ state }) => state === 'failure').map(({ id }) => id)).toEqual(unavoidable)
    expect(of('realms.agreed')?.finding).toBe('no gateway has started yet: the first one decides')
  })

  it.runIf(!bySqlite)('nothing of what a role may do with tables that are not there', async () => {
    const { url, run } = await emptyDatabase()
    const role = `role_${Math.random().toString(36).slice(2)}`
    await run(`CREATE ROLE ${role} LOGIN`)
    const { of } = await examined({ url: Object.assign(new URL(url), { username: role }).href }, '{}', {})
    expect(of('postgresql.role')).toMatchObject({ state: 'skipped', finding: 'there are no tables yet' })
  })
})

describe.runIf(!bySqlite)('of a PostgreSQL server the doctor says', () => {
  it('how it is kept, and that the role may do too much', async () => {
    const { of, checks } = await (await prepared()).examined('database.pool_size: 1000\n')
    expect(of('postgresql.version')?.finding).toMatch(/^the server is PostgreSQL \d\d, the encoding UTF8$/)
    expect(of('postgresql.role')).toMatchObject({ state: 'warning', finding: 'the role is a superuser' })
    expect(of('postgresql.connections')).toMatchObject({ state: 'failure' })
    expect(of('postgresql.tls')).toMatchObject({ state: 'ok' })
    expect(of('postgresql.primary')).toMatchObject({ state: 'ok' })
    expect(of('clock')).toMatchObject({ state: 'ok', finding: 'it agrees with the database' })
    expect(checks.some(({ id }) => id.startsWith('sqlite.'))).toBe(false)
  })

  it('that the role may not write', async () => {
    const { database } = await prepared()
    expect((await examined(database, '{}', {})).of('postgresql.grants')).toMatchObject({ state: 'ok' })
    const url = await readerOf(database)
    const { of, exitCode } = await examined({ url }, '{}', {})
    expect(of('postgresql.grants')).toMatchObject({
      state: 'failure',
      finding:
        'the role may not read and write all of users, roles, role_mappings, profiles, cluster, tokens, api_keys, attempts',
    })
    expect(exitCode).toBe(1)
  })

  it('the same through a pooler, in whose session it leaves nothing', async () => {
    const { database } = await prepared()
    const { url, settings } = await sharedSession(database.url)
    expect((await examined({ url }, '{}', {})).of('migrations')).toMatchObject({ state: 'ok' })
    // That a pooler is told to take another one for granted, docs/operations.md does not say.
    expect([...settings].sort()).toEqual(['application_name', 'client_encoding', 'database', 'user'])
    const next = await openDatabase({ ...optionsFor({ ...database, url }), poolSize: 1 })
    onTestFinished(next.close)
    await expect(next.check()).resolves.toBeUndefined()
  })

  it('that no transaction may write', async () => {
    const { database, examined } = await prepared()
    const [[name] = []] = await database.run('SELECT current_database()')
    await database.run(`ALTER DATABASE ${String(name)} SET default_transaction_read_only = on`)
    expect((await examined()).of('postgresql.primary')).toMatchObject({
      state: 'failure',
      finding: 'default_transaction_read_only is on, for this role or database',
    })
  })

  it('that a table is locked, rather than nothing', async () => {
    const { database } = await prepared()
    const other = new Client({ connectionString: database.url })
    await other.connect()
    onTestFinished(() => other.end())
    await other.query('BEGIN; LOCK TABLE profiles')
    expect((await examined(database, '{}', {})).of('database')).toMatchObject({
      state: 'failure',
      finding: expect.stringMatching(/: another program keeps a table locked$/) as string,
    })
  })

  it('what a crash would take', async () => {
    const { database, examined } = await prepared()
    const [[name] = []] = await database.run('SELECT current_database()')
    await database.run(`ALTER DATABASE ${String(name)} SET synchronous_commit = off`)
    expect((await examined()).of('postgresql.durability')?.finding).toMatch(/synchronous_commit off/)
  })
})

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const key = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256' }

/** A server that answers each path with a body, by default none; and where that is. */
async function serving(answers: Record<string, object | undefined>, date?: string) {
  const server = createServer(({ url = '' }, response) => {
    if (date !== undefined) response.setHeader('date', date)
    const answer = answers[url]
    response.statusCode = answer ? 200 : 401
    response.end(JSON.stringify(answer ?? {}))
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('of realms the doctor says', { timeout: 120_000 }, () => {
  const at = async (settings: string, environment = {}) => (await prepared()).examined(settings, environment)

  it('which keys they have, and which of them cannot be used', async () => {
    const weak = {
      ...generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey.export({ format: 'jwk' }),
      kid: 'w',
    }
    const url = await serving({ '/keys': { keys: [key, weak] } })
    const { of } = await at(settingsOf(`{ ${jwt}, pkc_jwkset_path: "${url}/keys" }`))
    expect(of('realms.jwt.corp.keys')).toMatchObject({
      state: 'warning',
      finding: `RSA 2048 (RS256), from ${url}/keys; not used: key [w]: its modulus has less than 2048 bits`,
    })
  })

  it('that keys cannot be read', async () => {
    const url = await serving({})
    const answered = await at(settingsOf(`{ ${jwt}, pkc_jwkset_path: "${url}/keys" }`))
    expect(answered.of('realms.jwt.corp.keys')?.finding).toBe(
      'its keys cannot be read: it answers with status 401',
    )
    expect(answered.exitCode).toBe(1)
    const gone = await at(settingsOf(`{ ${jwt}, pkc_jwkset_path: "http://127.0.0.1:1/keys" }`))
    expect(gone.of('realms.jwt.corp.keys')?.finding).toContain('ECONNREFUSED')
    const file = await at(settingsOf(`{ ${jwt}, pkc_jwkset_path: none.json }`))
    expect(file.of('realms.jwt.corp.keys')?.finding).toBe(
      'its keys cannot be read: there is no such file (ENOENT)',
    )
  })

  it('what a file of keys holds that it should not, or is in place of keys', async () => {
    const { database } = await prepared()
    const path = join(await temporaryFolder(), 'jwks.json')
    const algorithms = 'allowed_signature_algorithms: [RS256, ES256]'
    const found = async (text: string) => {
      await writeFile(path, text)
      const settings = settingsOf(`{ ${jwt}, ${algorithms}, pkc_jwkset_path: "${path}" }`)
      return (await examined(database, settings, {})).of('realms.jwt.corp.keys')
    }
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const [own, secret] = [pair.publicKey, pair.privateKey].map((one) => ({
      ...one.export({ format: 'jwk' }),
      kid: 'one',
    }))
    expect(await found(JSON.stringify(own))).toMatchObject({
      ...{ state: 'ok', finding: 'P-256 (ES256), from a file that was changed within a day' },
    })
    const exposed = await found(JSON.stringify(secret))
    expect(exposed).toMatchObject({
      state: 'warning',
      finding: expect.stringMatching(/; with its private part: key \[one\]$/) as string,
    })
    expect(JSON.stringify(exposed)).not.toContain(secret?.d)
    expect(await found('{"keys":[]}')).toMatchObject({ state: 'failure', finding: 'it holds no key' })
    expect(await found(pair.publicKey.export({ format: 'pem', type: 'spki' }).toString())).toMatchObject({
      ...{ state: 'failure', finding: 'it is PEM: a JWK set is needed' },
      advice: 'put the JWK set of the issuer there',
    })
  })

  it('that the issuer calls itself otherwise', async () => {
    const discovery: Record<string, object | undefined> = {}
    const url = await serving(discovery)
    discovery['/keys'] = { keys: [key] }
    const settings = settingsOf(
      `{ ${jwt.replace('https://idp.example.com/', url)}, pkc_jwkset_path: "${url}/keys" }`,
    )
    expect((await at(settings)).of('realms.jwt.corp.allowed_issuer')).toMatchObject({ state: 'skipped' })
    discovery['/.well-known/openid-configuration'] = { issuer: `${url}/`, jwks_uri: `${url}/keys` }
    const { of } = await at(settings)
    expect(of('realms.jwt.corp.allowed_issuer')).toMatchObject({ state: 'failure' })
    expect(of('realms.jwt.corp.allowed_issuer')?.advice).toContain(`[${url}/]`)
    discovery['/.well-known/openid-configuration'] = { issuer: url, jwks_uri: `${url}/others` }
    expect((await at(settings)).of('realms.jwt.corp.allowed_issuer')).toMatchObject({ state: 'warning' })
    discovery['/.well-known/openid-configuration'] = { issuer: url, jwks_uri: `${url}/keys` }
    expect((await at(settings)).of('realms.jwt.corp.allowed_issuer')).toMatchObject({ state: 'ok' })
  })

  it('that a clock is wrong by more than tokens may be', async () => {
    const [late, later] = [30, 3_600].map((seconds) => new Date(Date.now() + seconds * 1_000).toUTCString())
    const clockAt = async (date?: string) => {
      const url = await serving({ '/keys': { keys: [key] } }, date)
      return (await at(settingsOf(`{ ${jwt}, pkc_jwkset_path: "${url}/keys" }`))).of('clock')
    }
    expect(await clockAt()).toMatchObject({ state: 'ok' })
    expect(await clockAt(late)).toMatchObject({ state: 'warning' })
    const wrong = await clockAt(later)
    expect(wrong).toMatchObject({ state: 'failure' })
    expect(wrong?.finding).toMatch(/^http:\/\/127\.0\.0\.1:\d+ is 3[56]\d\d s ahead$/)
  })

  it('whether clusters and servers for opaque tokens answer', async () => {
    const url = await serving({})
    const cluster = (hosts: string) =>
      at(`realms.elasticsearch.main: { order: 1, ${patient}, hosts: [${hosts}] }\n`)
    expect((await cluster(`"${url}"`)).of('realms.elasticsearch.main')).toMatchObject({ state: 'ok' })
    expect((await cluster(`"${url}", "http://127.0.0.1:1"`)).of('realms.elasticsearch.main')).toMatchObject({
      state: 'warning',
    })
    expect((await cluster('"http://127.0.0.1:1"')).of('realms.elasticsearch.main')).toMatchObject({
      state: 'failure',
    })
    const introspection = (endpoint: string) => {
      const own = `op: { issuer: "${url}", introspection_endpoint: "${endpoint}" }, rp: { client_id: gateway, client_secret: "\${SECRET}" }`
      return `realms.introspection.op: { order: 1, ${patient}, ${own}, allowed_audiences: [gateway], claims: { principal: sub } }\n`
    }
    const environment = { SECRET: 's3cret-of-the-client' }
    const refused = await at(introspection(url), environment)
    expect(refused.of('realms.introspection.op')).toMatchObject({ state: 'failure' })
    expect(JSON.stringify(refused.checks)).not.toContain(environment.SECRET)
  })

  it('which settings are weak', async () => {
    const realm = `{ ${jwt}, token_type: access_token, allowed_subject_patterns: ["*"], allowed_clock_skew: 10m,
      pkc_jwkset_path: none.json, ssl.verification_mode: none }`
    const { of } =
      await at(`${settingsOf(realm.replace('principal: sub', 'principal: email'))}domains.staff.realms: [native, corp]
token.timeout: 1h
throttle: { attempts: 1000, longest_wait: 30s }
http.insecure: true
proxies.trusted_proxies: [10.0.0.0/8, 128.0.0.0/1, "fd00::/8"]
audit: { destination: none, on_failure: continue }
`)
    for (const id of [
      'realms.jwt.corp.allowed_subject_patterns',
      'realms.jwt.corp.allowed_clock_skew',
      'domains.staff.jwt.corp',
      'token.timeout',
      'throttle.attempts',
      'throttle.longest_wait',
      'http.insecure',
      'proxies.trusted_proxies',
      'audit.destination',
      'audit.on_failure',
    ])
      expect(of(id), id).toMatchObject({ state: 'warning' })
    expect(of('proxies.trusted_proxies')?.finding).toMatch(/^128\.0\.0\.0\/1, fd00::\/8: /)
    expect(of('realms.jwt.corp.ssl.verification_mode')).toMatchObject({ state: 'failure' })
  })

  it.each([
    ['the claim that stands in for sub', 'fallback_claims.sub: preferred_username', 'preferred_username'],
    [
      'a claim below a URL',
      'claims.principal: https://idp.example.com/Email',
      'https://idp.example.com/Email',
    ],
  ])('that users may change %s, by which a domain joins them', async (_, setting, claim) => {
    const realm = `{ order: 1, allowed_issuer: https://idp.example.com/, allowed_audiences: [gateway], ${patient},
      token_type: access_token, allowed_subject_patterns: ["a*"], claims.principal: sub,
      client_authentication: { type: none }, pkc_jwkset_path: none.json, ${setting} }`
    const own = setting.startsWith('claims') ? realm.replace('claims.principal: sub,', '') : realm
    const { of } = await at(`${settingsOf(own)}domains.staff.realms: [native, corp]\n`)
    expect(of('domains.staff.jwt.corp')).toMatchObject({
      state: 'warning',
      finding: expect.stringContaining(`[${claim}] joins people`) as string,
    })
  })
})

describe('of how a gateway is asked the doctor says', { timeout: 120_000 }, () => {
  const at = async (settings: string) => (await prepared()).examined(settings)

  it.each([
    ['2026-11-01', 'failure', /^it begins on 2026-11-22: /],
    ['2026-12-01', 'ok', /^it is valid until 2126-10-29$/],
    ['2126-10-01', 'warning', /^it ends in 28 days, on 2126-10-29$/],
    ['2126-10-30', 'failure', /^it has ended on 2126-10-29: /],
  ])('on %s of a certificate that it is a %s', async (date, state, finding) => {
    const pem = await readFile(new URL('support/tls/server.pem', import.meta.url), 'utf8')
    const check = certificateCheck(pem, Date.parse(date))
    expect(check.state).toBe(state)
    expect(check.finding).toMatch(finding)
  })

  it('that audit lines cannot be written', async () => {
    const { of, exitCode } = await at('audit.destination: ./none/audit.ndjson\n')
    expect(of('audit.destination')).toMatchObject({
      state: 'failure',
      finding: 'the file cannot be written: its folder is not there (ENOENT)',
    })
    expect(exitCode).toBe(1)
    expect((await at('audit.destination: ./audit.ndjson\n')).of('audit.destination')?.state).toBe('ok')
    expect((await at('audit.destination: ./\n')).of('audit.destination')).toMatchObject({
      state: 'failure',
      finding: 'the file cannot be written: it is a folder',
    })
  })

  it('that allowed operations cannot be run', async () => {
    const folder = await temporaryFolder()
    const allowed = async (document: string) => {
      await writeFile(join(folder, 'operations.json'), JSON.stringify({ one: document }))
      return (await at(`graphql.allowed_operations: ${join(folder, 'operations.json')}\n`)).of(
        'graphql.allowed_operations',
      )
    }
    expect(await allowed('{ viewer { username } }')).toMatchObject({ state: 'ok' })
    expect(await allowed('{ nobody }')).toMatchObject({
      state: 'failure',
      finding: expect.stringContaining('one: ') as string,
    })
  })
})
