import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import bcrypt from '@node-rs/bcrypt'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ensureSuperuser } from '../src/authentication/superuser.ts'
import { openDatabase } from '../src/storage/database.ts'
import { gateway } from './cliProcess.ts'
import { finished } from './migrateProcess.ts'
import { commandLine } from './support/commandLine.ts'
import { newPasswords } from './support/passwords.ts'
import { lines } from './support/transferring.ts'
import { createTestApp, elastic, rest, type AuditLine } from './support/testApp.ts'
import { newDatabase, optionsFor, type NewDatabase } from './support/testDatabase.ts'
import { bcryptHash } from './transfer/cluster.ts'

const folder = mkdtempSync(join(tmpdir(), 'gateway-'))
const config = join(folder, 'gateway.yml')
const file = join(folder, 'audit.ndjson')
let database: NewDatabase
beforeAll(async () => {
  database = await newDatabase()
  const { users, close } = await openDatabase(optionsFor(database))
  await ensureSuperuser({ users, passwords: newPasswords() }, elastic.password)
  await close()
})
afterAll(async () => {
  await database.remove()
  rmSync(folder, { recursive: true })
})

/** The commands, with an audit log that is set so. */
function audited(audit: string) {
  writeFileSync(config, `audit: ${audit}\n`)
  return commandLine({ DATABASE_URL: database.url, GATEWAY_CONFIG: config })
}

beforeEach(() => {
  rmSync(file, { force: true })
})

const written = () =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AuditLine)
const told = (found: readonly AuditLine[]) => found.map(({ event }) => [event.action, event.outcome])

describe('what operators change', { timeout: 120_000 }, () => {
  it('is in the audit log of the settings: before and after, by whom, from the command line', async () => {
    const run = audited('{ destination: ./audit.ndjson }')
    const { notes } = await run(['users', 'create', 'ada', '--roles', 'r'], { input: 's3cret-p@ss\n' })
    expect(notes).toBe('there is no role [r] yet: the name alone gives no rights\n')
    const [before, after] = written()
    expect(told(written())).toEqual([
      ['user-put', 'unknown'],
      ['user-put', 'success'],
    ])
    expect(before?.event.id).toBe(after?.event.id)
    expect(before).toMatchObject({ process: { user: { name: userInfo().username } } })
    expect(after).toMatchObject({
      source: { address: 'command line' },
      process: { user: { name: userInfo().username } },
      user: { name: '‹operator›', roles: ['superuser'], target: { name: 'ada', roles: ['r'] } },
      profile_gateway: { realm: { name: 'command_line', type: 'command_line' } },
    })
    expect(JSON.stringify(written())).not.toContain('s3cret')
  })

  it('and so is that it could not be done, and why', async () => {
    const run = audited('{ destination: ./audit.ndjson }')
    await run(['users', 'delete', 'nobody'])
    expect(written().at(-1)).toMatchObject({
      event: { action: 'user-delete', outcome: 'failure', reason: 'NOT_FOUND' },
    })
  })

  it('for a user, such as a key, is that user’s doing, from the command line', async () => {
    const run = audited('{ destination: ./audit.ndjson }')
    await run(['roles', 'put', 'app', '--cluster', 'manage_own_api_key'])
    await run(['users', 'create', 'login-backend', '--roles', 'app', '--generate'])
    await run(['keys', 'create', 'login', '--user', 'login-backend'])
    expect(written().at(-1)).toMatchObject({
      event: { action: 'api-key-create', outcome: 'success' },
      source: { address: 'command line' },
      user: { name: 'login-backend', roles: ['app'] },
      profile_gateway: { realm: { name: 'native', type: 'native' }, target: { name: 'login' } },
    })
  })

  it('is recorded among the notes where lines would go to standard output, which stays JSON', async () => {
    const run = audited('{ destination: stdout }')
    const { out, audit } = await run(['users', 'disable', 'elastic', '--json'])
    expect(JSON.parse(out)).toEqual({})
    expect(told(audit)).toEqual([
      ['user-disable', 'unknown'],
      ['user-disable', 'success'],
    ])
    await run(['users', 'enable', 'elastic'])
  })

  it('is not done if it cannot be recorded, unless that is wanted', async () => {
    const refusing = audited('{ destination: /dev/full }')
    const { failure } = await refusing(['users', 'create', 'eve', '--generate'])
    expect(failure).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'the audit log cannot be written, try again later',
    })
    expect((await refusing(['users', 'list'])).out).not.toContain('eve')
    const going = audited('{ destination: /dev/full, on_failure: continue }')
    const { out, notes } = await going(['users', 'create', 'eve', '--generate', '--json'])
    expect(JSON.parse(out)).toHaveProperty('password')
    expect(notes).toMatch(/audit lines cannot be written: /)
  })

  it('is recorded nowhere where nothing is to be', async () => {
    const run = audited('{ destination: none }')
    const { audit } = await run(['users', 'create', 'joe', '--generate'])
    expect(audit).toEqual([])
    expect((await run(['users', 'list'])).out).toContain('joe')
  })

  it('is refused with what is wrong if the file cannot be opened', async () => {
    const run = audited('{ destination: ./none/audit.ndjson }')
    expect((await run(['users', 'delete', 'ada'])).failure).toMatchObject({
      code: 'CONFIGURATION',
      message: 'audit.destination: the file cannot be opened: its folder is not there (ENOENT)',
    })
  })
})

describe('an import', { timeout: 120_000 }, () => {
  const environment = () => ({ DATABASE_URL: database.url, GATEWAY_CONFIG: config })
  const user = { kind: 'user', username: 'imported', password_hash: bcryptHash, roles: [] }

  it('is recorded when it begins and when it is over, with how many became what', async () => {
    audited('{ destination: ./audit.ndjson }')
    const input = join(folder, 'users.ndjson')
    writeFileSync(input, lines(user, { ...user, username: 'refused', password_hash: 'none' }))
    const { code } = await finished(gateway(['import', input], folder, environment()))
    expect(code).toBe(1)
    expect(told(written())).toEqual([
      ['import', 'unknown'],
      ['import', 'success'],
    ])
    expect(written().at(-1)).toMatchObject({
      user: { name: '‹operator›' },
      source: { address: 'command line' },
      profile_gateway: {
        target: { files: [input], replace: false },
        imported: { 'user imported': 1, refused: 1 },
      },
    })
    expect(JSON.stringify(written())).not.toContain(bcryptHash)
  })

  it('that only says what would happen is not', async () => {
    audited('{ destination: ./audit.ndjson }')
    await finished(gateway(['import', '--dry-run', join(folder, 'users.ndjson')], folder, environment()))
    expect(() => written()).toThrow('ENOENT')
  })

  it('does not begin if it cannot be recorded', async () => {
    audited('{ destination: /dev/full }')
    const input = join(folder, 'late.ndjson')
    writeFileSync(input, lines({ ...user, username: 'late' }))
    const { code } = await finished(gateway(['import', input], folder, environment()))
    expect(code).toBe(69)
    const { users, close } = await openDatabase(optionsFor(database))
    expect(await users.find('late')).toBe(null)
    await close()
  })
})

describe('an export', { timeout: 120_000 }, () => {
  const environment = () => ({ DATABASE_URL: database.url, GATEWAY_CONFIG: config })

  it('is recorded: it takes along the hash of every password', async () => {
    audited('{ destination: ./audit.ndjson }')
    const file = join(folder, 'out.ndjson')
    const { code } = await finished(
      gateway(['export', '-o', file, '--kinds', 'users'], folder, environment()),
    )
    expect(code).toBe(0)
    expect(told(written())).toEqual([
      ['export', 'unknown'],
      ['export', 'success'],
    ])
    const { length } = readFileSync(file, 'utf8').match(/"kind":"user"/g) ?? []
    expect(written().at(-1)).toMatchObject({
      user: { name: '‹operator›' },
      profile_gateway: { target: { kinds: ['user'], file }, exported: { user: length } },
    })
  })

  it('does not begin if it cannot be recorded', async () => {
    audited('{ destination: /dev/full }')
    const file = join(folder, 'unrecorded.ndjson')
    const { code } = await finished(gateway(['export', '-o', file], folder, environment()))
    expect(code).toBe(69)
    expect(() => readFileSync(file)).toThrow('ENOENT')
  })
})

describe('what the gateway does by itself', { timeout: 120_000 }, () => {
  it('is recorded: that the superuser is made, and that a hash is replaced', async () => {
    const app = await createTestApp()
    await expect
      .poll(() => told(app.audit()))
      .toEqual([
        ['superuser-create', 'unknown'],
        ['superuser-create', 'success'],
      ])
    expect(app.audit().at(-1)).toMatchObject({
      user: { name: '‹gateway›', target: { name: 'elastic', roles: ['superuser'] } },
    })
    const password_hash = await bcrypt.hash('s3cret-p@ss', 4)
    await rest(app.fetch, 'PUT', '/_security/user/jack', elastic, { password_hash, roles: [] })
    const from = app.audit().length
    for (let logins = 0; logins < 2; logins++)
      await rest(app.fetch, 'GET', '/_security/_authenticate', { username: 'jack', password: 's3cret-p@ss' })
    const rehashes = () =>
      app
        .audit()
        .slice(from)
        .filter(({ event }) => event.action === 'user-rehash')
    await expect.poll(rehashes).toMatchObject([
      { event: { outcome: 'unknown' }, user: { name: '‹gateway›', target: { name: 'jack' } } },
      { event: { outcome: 'success' }, user: { name: '‹gateway›', target: { name: 'jack' } } },
    ])
    expect(JSON.stringify(app.audit())).not.toMatch(/\$2|argon2/)
    await app.close()
  })

  it('and so is that all gateways are to agree on its realms, by whoever types it', async () => {
    const app = await createTestApp({ adoptRealms: true })
    await expect
      .poll(() => told(app.audit()).slice(2))
      .toEqual([
        ['realms-adopt', 'unknown'],
        ['realms-adopt', 'success'],
      ])
    expect(app.audit().at(-1)).toMatchObject({
      user: { name: '‹operator›' },
      source: { address: 'command line' },
      profile_gateway: { target: { realms: ['realm native/native {}', 'asked native/native'] } },
    })
    await app.close()
  })
})
