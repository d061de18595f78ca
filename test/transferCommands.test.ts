import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { emptyDatabase } from './support/emptyDatabase.ts'
import { gatewayMain } from './support/gatewayMain.ts'
import { overSocket, rest } from './support/testApp.ts'
import { exported, imported, lines } from './support/transferring.ts'
import { databaseName } from './support/testDatabase.ts'
import { hashedUid, jacknichHit, profileHit, response, security, userHit } from './transfer/cluster.ts'
import { broken, prepared, profiles, stillEmpty, user } from './transferProcess.ts'
import { newPasswords } from './support/passwords.ts'
import { source } from './support/attempts.ts'

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
    expect(first.err).toMatch(
      /^Database {7}(SQLite|PostgreSQL), .*\n(\{"@timestamp".*\n){2}1,201 records, [\d,]+ per second in 0:0\d\n$/,
    )
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

describe('an import of standard input', { timeout: 60_000 }, () => {
  it('into which nothing came says so', async () => {
    const { command } = await prepared()
    const { code, err } = await command('import')
    expect([code, err]).toEqual([1, expect.stringMatching(/^standard input:1 \(byte 0\): nothing came in$/m)])
  })
})

describe('an import that is killed again and again', { timeout: 120_000 }, () => {
  it('ends like one that is not', async () => {
    const { start, command, write, url, read } = await prepared()
    const input = lines(...profiles(8_000), user)
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
  it('writes to standard output, and only what is asked for', async () => {
    const { command, url } = await prepared()
    await imported(url, lines(user, ...profiles(3), { kind: 'role', name: 'a' }))
    expect(await command('export')).toMatchObject({
      ...{ code: 0, out: await exported(url) },
      err: expect.stringMatching(/\nAPI keys and tokens are not exported\n$/) as string,
    })
    const { out } = await command('export', '--kinds', 'users,role-mappings')
    expect(out.match(/"kind":"\w+"/g)).toEqual(['"kind":"user"', '"kind":"end"'])
    expect(await command('export', '--kinds', 'tokens')).toMatchObject({
      code: 64,
      out: '',
      err: expect.stringMatching(
        /^error: --kinds: expected some of roles, role-mappings, users, profiles, with commas\n/,
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
    const parts = Array.from({ length: 50 }, (_, n) => lines(...profiles(1_000, n * 1_000)))
    await write('a.ndjson', parts.join(''))
    // Three thousand need 32 MB, and fifty thousand, were they kept, more than these.
    const small = ['--max-old-space-size=48', '--max-semi-space-size=2', gatewayMain, 'import', 'a.ndjson']
    const env = { ...process.env, DATABASE_URL: url }
    const child = spawn(process.execPath, small, { cwd: folder, env, stdio: 'ignore' })
    expect(await once(child, 'close')).toEqual([0, null])
  })
})
