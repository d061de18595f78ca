import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { gateway } from './cliProcess.ts'
import { finished } from './migrateProcess.ts'
import { emptyDatabase } from './support/emptyDatabase.ts'
import { elastic, overSocket, rest } from './support/testApp.ts'
import { exported, imported, lines } from './support/transferring.ts'
import { temporaryFolder } from './support/temporaryFolder.ts'
import { databaseName } from './support/testDatabase.ts'
import {
  bcryptHash,
  hashedUid,
  jacknichHit,
  profileHit,
  response,
  security,
  userHit,
} from './transfer/cluster.ts'
import { newPasswords } from './support/passwords.ts'
import { source } from './support/attempts.ts'

const user = { kind: 'user', username: 'ada', password_hash: bcryptHash, roles: [] }
const broken = { ...user, username: 'eve', password_hash: 's3cret-hash' }

/** A database, and a folder to start commands in. */
async function prepared() {
  const database = await emptyDatabase()
  const folder = await temporaryFolder()
  const environment = { DATABASE_URL: database.url, ELASTIC_PASSWORD: elastic.password }
  const start = (...args: string[]) => gateway(args, folder, environment)
  return {
    ...database,
    folder,
    start,
    command: (...args: string[]) => finished(start(...args)),
    write: (name: string, content: string | Buffer) => writeFile(join(folder, name), content),
    read: (name: string) => readFile(join(folder, name), 'utf8'),
  }
}

function profiles(count: number, from = 0): object[] {
  return Array.from({ length: count }, (_, n) => ({
    ...{ kind: 'profile', uid: hashedUid(`user-${from + n}`), last_synchronized: n },
    user: { username: `user-${from + n}`, roles: ['a'], realm: { name: 'native', type: 'native' } },
    data: { app: { text: 'x'.repeat(100) } },
  }))
}

const stillEmpty = 'roles: 0 imported\nrole mappings: 0 imported\nusers: 0 imported\nprofiles: 0 imported\n'

describe('import', { timeout: 60_000 }, () => {
  it('ends with 0 if everything was imported, and again if it was there already; says how many', async () => {
    const { command, write } = await prepared()
    await write('a.ndjson', lines(user))
    await write('b.ndjson', lines(...profiles(1200)))
    const first = await command('import', 'a.ndjson', 'b.ndjson')
    expect(first).toMatchObject({
      code: 0,
      out: 'roles: 0 imported\nrole mappings: 0 imported\nusers: 1 imported\nprofiles: 1,200 imported\n',
    })
    expect(first.err).toMatch(/^(\{"@timestamp".*\n){2}1,201 records, [\d,]+ per second in 0:0\d\n$/)
    expect(await command('import', 'a.ndjson', 'b.ndjson')).toMatchObject({
      code: 0,
      out:
        'roles: 0 imported\nrole mappings: 0 imported\nusers: 0 imported, 1 there already\n' +
        'profiles: 0 imported, 1,200 there already\n',
    })
  })

  it('ends with 1 if something was refused, says what, where and why, and never what it holds', async () => {
    const { command, write } = await prepared()
    await write('a.ndjson', lines(user, broken, { ...user, username: 'evil\u001b[31m\u0085' }))
    const { code, out, err } = await command('import', 'a.ndjson')
    expect({ code, out }).toEqual({
      code: 1,
      out: `${stillEmpty.replace('users: 0', 'users: 1')}refused: 2\n`,
    })
    expect(err).toContain(
      'a.ndjson:2 (byte 123): user [eve]: [password_hash] must be an argon2id, bcrypt, {PBKDF2} or {PBKDF2_STRETCH} hash\n',
    )
    expect(err).toContain('user [evil\\u{1b}[31m\\u{85}]: User names must be')
    expect(out + err).not.toMatch(/s3cret|\$2a\$/)
  })

  it('says the first hundred of what is refused, or writes all of it to a file that only its owner may read', async () => {
    const { command, write, read, folder } = await prepared()
    await write('a.ndjson', lines(...Array.from({ length: 250 }, () => broken)))
    const { err } = await command('import', 'a.ndjson')
    expect(err.match(/user \[eve\]/g)).toHaveLength(100)
    const reported = await command('import', '--report', 'report.txt', 'a.ndjson')
    expect(reported).toMatchObject({ code: 1, out: `${stillEmpty}refused: 250\n` })
    expect(reported.err).not.toMatch(/\beve\b/)
    expect(
      (await read('report.txt')).match(/^a\.ndjson:\d+ \(byte \d+\): user \[eve\]: .*\n/gm),
    ).toHaveLength(250)
    expect((await stat(join(folder, 'report.txt'))).mode & 0o777).toBe(0o600)
    const itself = await command('import', '--report', 'a.ndjson', 'a.ndjson')
    expect(itself).toMatchObject({ code: 78 })
    expect(await read('a.ndjson')).toContain('eve')
  })

  it('reads standard input, and what is packed with gzip, whatever it is called', async () => {
    const { command, write, folder, url } = await prepared()
    await write(
      'packed',
      Buffer.concat([gzipSync(lines(user)), gzipSync(lines({ ...user, username: 'bob' }))]),
    )
    expect(await command('import', 'packed')).toMatchObject({
      code: 0,
      out: stillEmpty.replace('users: 0', 'users: 2'),
    })
    const main = join(import.meta.dirname, '../src/main.ts')
    const piped = spawn(process.execPath, [main, 'import'], {
      cwd: folder,
      env: { ...process.env, DATABASE_URL: url },
    })
    piped.stdin.end(lines({ ...user, username: 'cid' }))
    expect(await once(piped, 'close')).toEqual([0, null])
    expect(await exported(url)).toContain('"cid"')
  })

  it('says what a damaged file lacks, and takes what can be read', async () => {
    const { command, write } = await prepared()
    const packed = gzipSync(lines(...profiles(3000)))
    await write('short.gz', packed.subarray(0, packed.length - 200))
    const { code, out, err } = await command('import', 'short.gz')
    expect(code).toBe(1)
    expect(out).toMatch(/profiles: [12],\d+ imported/)
    expect(err).toContain('what is packed with gzip is damaged, or ends too early')
  })

  it('ends with 78 if a file cannot be read, before it opens anything', async () => {
    const { command, folder } = await prepared()
    const { code, out, err } = await command('import', 'none.ndjson', '.')
    expect({ code, out, err }).toEqual({
      code: 78,
      out: '',
      err: 'profile-gateway: cannot read what is to be imported\n  none.ndjson: ENOENT\n  .: it is a folder\n',
    })
    expect(await readdir(folder)).toEqual([])
  })

  it('in a dry run makes no database, and says what would be imported', async () => {
    const { command, write, folder, run } = await prepared()
    await write('a.ndjson', lines(user, broken))
    const { code, out, err } = await command('import', '--dry-run', 'a.ndjson')
    expect({ code, out }).toEqual({
      code: 1,
      out:
        'roles: 0 would be imported\nrole mappings: 0 would be imported\nusers: 1 would be imported\n' +
        'profiles: 0 would be imported\nrefused: 1\nNothing was written.\n',
    })
    expect(err).toContain('user [eve]')
    if (databaseName === 'sqlite') expect(await readdir(folder)).toEqual(['a.ndjson'])
    else expect(await run(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)).toEqual([])
  })

  it.runIf(databaseName === 'sqlite')('in a dry run leaves the file as it is, byte by byte', async () => {
    const { command, write, url } = await prepared()
    await write('a.ndjson', lines(user, ...profiles(10)))
    await imported(url, lines(user))
    const file = url.replace('file:', '')
    const before = await readFile(file)
    expect(await command('import', '--dry-run', '--replace', 'a.ndjson')).toMatchObject({ code: 0 })
    expect(await readFile(file)).toEqual(before)
  })

  it.runIf(databaseName === 'sqlite')('ends with 78 while a gateway has the file open', async () => {
    const { command, start, write, url } = await prepared()
    await write('a.ndjson', lines(user))
    const served = start('serve')
    await served.address()
    const open = `profile-gateway: cannot open ${url}: another gateway has it open, and only one may\n`
    expect(await command('import', 'a.ndjson')).toMatchObject({ code: 78, out: '', err: open })
    expect(await command('export')).toMatchObject({ code: 78, out: '', err: open })
    await served.stop()
    expect(await command('import', 'a.ndjson')).toMatchObject({ code: 0 })
  })

  it('ends with 78 if the gateways on the database have agreed on other realms', async () => {
    const { command, start, write } = await prepared()
    const served = start('serve')
    await served.address()
    await served.stop()
    await write('gateway.yml', 'realms: { native: { staff: { order: 0 } } }')
    await write('a.ndjson', lines(user))
    const { code, err } = await command('import', 'a.ndjson')
    expect(code).toBe(78)
    expect(err).toContain(
      'realms and domains are not those on which the gateways of this database have agreed',
    )
  })
})

describe('an import that is killed again and again', { timeout: 120_000 }, () => {
  it('ends like one that is not', async () => {
    const { start, command, write, url, read } = await prepared()
    const input = lines(...profiles(20_000), user)
    await write('a.ndjson', input)
    const { url: other } = await emptyDatabase()
    await imported(other, input)
    for (let kills = 0; kills < 4;) {
      const running = start('import', 'a.ndjson')
      await setTimeout(500 + Math.random() * 700)
      if ((await running.stop('SIGKILL')) === 'SIGKILL') kills += 1
      else break
    }
    expect(await command('import', 'a.ndjson')).toMatchObject({ code: 0 })
    expect(await exported(url)).toBe(await exported(other))
    expect(await read('a.ndjson')).toBe(input)
  })
})

describe('export', { timeout: 60_000 }, () => {
  it('makes a file that only its owner may read, and leaves one that is there', async () => {
    const { command, url, read, folder } = await prepared()
    await imported(url, lines(user))
    expect(await command('export', '-o', 'out.ndjson')).toMatchObject({ code: 0, out: '' })
    const content = await read('out.ndjson')
    expect(content).toBe(await exported(url))
    expect((await stat(join(folder, 'out.ndjson'))).mode & 0o777).toBe(0o600)
    await imported(url, lines({ ...user, username: 'bob' }))
    expect(await command('export', '-o', 'out.ndjson')).toMatchObject({
      code: 78,
      err: expect.stringContaining(
        'cannot write out.ndjson: it is there already: --force replaces it',
      ) as unknown,
    })
    expect(await read('out.ndjson')).toBe(content)
    expect(await command('export', '-o', 'out.ndjson', '--force')).toMatchObject({ code: 0 })
    expect(await read('out.ndjson')).toContain('"bob"')
    expect(await readdir(folder)).not.toContainEqual(expect.stringContaining('partial'))
  })

  it('writes to standard output, and only what is asked for', async () => {
    const { command, url } = await prepared()
    await imported(url, lines(user, ...profiles(3), { kind: 'role', name: 'a' }))
    expect(await command('export')).toMatchObject({ code: 0, out: await exported(url) })
    const { out } = await command('export', '--only', 'users,role-mappings')
    expect(out.match(/"kind":"\w+"/g)).toEqual(['"kind":"user"', '"kind":"end"'])
    expect(await command('export', '--only', 'tokens')).toMatchObject({
      code: 64,
      out: '',
      err: expect.stringMatching(
        /^error: --only: expected some of roles, role-mappings, users, profiles, with commas\n/,
      ) as string,
    })
  })

  it('ends with 78 where there is no database, and makes none', async () => {
    const { command, folder, run } = await prepared()
    expect(await command('export')).toMatchObject({ code: 78, out: '' })
    expect(await readdir(folder)).toEqual([])
    if (databaseName === 'postgresql')
      expect(await run(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)).toEqual([])
  })
})

describe('a gateway on what was imported', { timeout: 60_000 }, () => {
  it('knows its users, and an activation keeps uid, labels and data', async () => {
    const { start, command, write } = await prepared()
    const password = 'l0ng-r4nd0m-p@ssw0rd'
    const hash = await newPasswords().hash(password, source)
    const people = response(
      userHit('jacknich', hash, { roles: ['admin'] }),
      userHit('app', hash, { roles: ['superuser'] }),
    )
    const ldap = { name: 'ldap1', type: 'ldap' }
    const theirs = response(profileHit('jacknich', hashedUid('jacknich'), ldap), {
      ...jacknichHit,
      _id: `profile_${hashedUid('jacknich', 1)}`,
      _source: { user_profile: { ...jacknichHit._source.user_profile, uid: hashedUid('jacknich', 1) } },
    })
    await write('all.json', [people, theirs, security].map((one) => JSON.stringify(one, null, 1)).join('\n'))
    expect(await command('import', 'all.json')).toMatchObject({ code: 0 })
    const served = start('serve')
    const fetch = overSocket(await served.address())
    const grant = { grant_type: 'password', username: 'jacknich', password }
    const app = { username: 'app', password }
    const activated = await rest(fetch, 'POST', '/_security/profile/_activate', app, grant)
    expect(activated).toMatchObject({
      status: 200,
      body: {
        uid: hashedUid('jacknich', 1),
        user: { username: 'jacknich', roles: ['admin'], realm_name: 'native' },
        labels: { kibana: { team: 'a', tags: ['x', 'y'] } },
        _doc: { _seq_no: 42 },
      },
    })
    const found = await rest(fetch, 'GET', `/_security/profile/${hashedUid('jacknich', 1)}?data=*`, app)
    expect(found.body).toMatchObject({
      profiles: [
        {
          data: { kibana: { avatar: { color: '#ff0', initials: null }, userSettings: { darkMode: 'dark' } } },
        },
      ],
    })
    await served.stop()
  })

  it.runIf(databaseName === 'postgresql')('that has run meanwhile knows it too', async () => {
    const { start, command, write } = await prepared()
    const served = start('serve')
    const fetch = overSocket(await served.address())
    const hash = await newPasswords().hash('r0les-p@ssw0rd', source)
    await write('a.ndjson', lines({ ...user, password_hash: hash, roles: ['late'] }, ...profiles(2_000)))
    await write('b.ndjson', lines({ kind: 'role', name: 'late', cluster: ['manage_security'] }))
    expect(await command('import', 'a.ndjson')).toMatchObject({ code: 0 })
    const ada = { username: 'ada', password: 'r0les-p@ssw0rd' }
    expect((await rest(fetch, 'GET', '/_security/user', ada)).status).toBe(403)
    expect(await command('import', 'b.ndjson')).toMatchObject({ code: 0 })
    expect((await rest(fetch, 'GET', '/_security/user', ada)).status).toBe(200)
    await served.stop()
  })
})

describe('an import of many profiles', { timeout: 300_000 }, () => {
  it('needs no more memory than one of few', async () => {
    const { folder, url, write } = await prepared()
    const parts = Array.from({ length: 100 }, (_, n) => lines(...profiles(1_000, n * 1_000)))
    await write('a.ndjson', parts.join(''))
    const main = join(import.meta.dirname, '../src/main.ts')
    const small = ['--max-old-space-size=48', '--max-semi-space-size=2', main, 'import', 'a.ndjson']
    const env = { ...process.env, DATABASE_URL: url }
    const child = spawn(process.execPath, small, { cwd: folder, env, stdio: 'ignore' })
    expect(await once(child, 'close')).toEqual([0, null])
  })
})
