import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { beforeAll, afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { commandLine } from './support/commandLine.ts'
import { newPasswords } from './support/passwords.ts'
import { temporaryFolder } from './support/temporaryFolder.ts'
import { basic, createTestApp, elastic, rest, type TestApp } from './support/testApp.ts'
import { databaseName, newDatabase, optionsFor, type NewDatabase } from './support/testDatabase.ts'
import { ensureSuperuser } from '../src/authentication/superuser.ts'
import { openDatabase } from '../src/storage/database.ts'
import { databasePlace } from '../src/storage/databasePlace.ts'

const jack = ['users', 'create', 'jacknich', '--roles', 'admin, other', '--full-name', 'Jack Nicholson']

const noSuchRoles = 'there is no role [admin], [other] yet: the name alone gives no rights\n'

/** A database that no gateway has open, with the superuser and nobody else. */
let database: NewDatabase

beforeAll(async () => {
  database = await newDatabase()
  const opened = await openDatabase(optionsFor(database))
  await ensureSuperuser({ users: opened.users, passwords: newPasswords() }, elastic.password)
  await opened.close()
})

afterAll(() => database.remove())

async function prepared() {
  for (const table of ['roles', 'tokens', 'api_keys']) await database.run(`DELETE FROM ${table}`)
  await database.run(`DELETE FROM users WHERE username <> 'elastic'`)
  return commandLine({ DATABASE_URL: database.url })
}

async function passwordOf(username: string, password: string): Promise<boolean> {
  const [row] = await database.run(`SELECT "passwordHash" FROM users WHERE username = '${username}'`)
  return newPasswords().verify(username, String(row?.[0]), password, { lane: 'callers', key: 'test' })
}

describe('users', { timeout: 120_000 }, () => {
  it('are made, shown and listed, with a password that is piped in and printed nowhere', async () => {
    const run = await prepared()
    const created = await run(jack, { input: 's3cret-p@ss\nnot this\n' })
    expect(created).toMatchObject({ out: 'user [jacknich] is created\n', notes: noSuchRoles, failure: null })
    expect(await passwordOf('jacknich', 's3cret-p@ss')).toBe(true)
    expect((await run(['users', 'list'])).out).toBe(
      'USERNAME  ROLES        FULL NAME       EMAIL  ENABLED\n' +
        'elastic   superuser                           yes\n' +
        'jacknich  admin,other  Jack Nicholson         yes\n',
    )
    expect((await run(['users', 'show', 'jacknich'])).out).toBe(
      'username   jacknich\nroles      admin,other\nfull_name  Jack Nicholson\nemail\nmetadata   {}\nenabled    true\n',
    )
    const { out } = await run(['users', 'list', '--json'])
    expect(JSON.parse(out)).toMatchObject({
      jacknich: { full_name: 'Jack Nicholson', roles: ['admin', 'other'] },
    })
    expect(out).not.toContain('s3cret')
  })

  it('get a password that is made up where that is asked for, alone on standard output', async () => {
    const run = await prepared()
    const { out, notes } = await run([...jack, '--generate'])
    expect(out).toMatch(/^[\w-]{24}\n$/)
    expect(notes).toBe(`user [jacknich] is created. Its password, shown only now:\n${noSuchRoles}`)
    expect(await passwordOf('jacknich', out.trim())).toBe(true)
    const again = await run(['users', 'reset-password', 'jacknich', '--generate', '--json'])
    const { password } = JSON.parse(again.out) as { password: string }
    expect(await passwordOf('jacknich', password)).toBe(true)
  })

  it('are not replaced by being made again', async () => {
    const run = await prepared()
    await run(jack, { input: 's3cret-p@ss' })
    const { failure } = await run(jack, { input: 'another-p@ss' })
    expect(failure).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/there is a user \[jacknich\] already/) as string,
    })
    expect(await passwordOf('jacknich', 's3cret-p@ss')).toBe(true)
  })

  it('are updated in what is given alone', async () => {
    const run = await prepared()
    await run(jack, { input: 's3cret-p@ss' })
    await run(['users', 'update', 'jacknich', '--email', 'jack@example.com'])
    const { out } = await run(['users', 'show', 'jacknich', '--json'])
    expect(JSON.parse(out)).toMatchObject({
      jacknich: { roles: ['admin', 'other'], full_name: 'Jack Nicholson', email: 'jack@example.com' },
    })
    expect(await passwordOf('jacknich', 's3cret-p@ss')).toBe(true)
  })

  it('may have a comma in their names', async () => {
    const run = await prepared()
    await run(['users', 'create', 'one,two'], { input: 's3cret-p@ss' })
    expect((await run(['users', 'create', 'one,two'], { input: 's3cret-p@ss' })).failure).not.toBe(null)
    expect((await run(['users', 'show', 'one,two'])).out).toContain('one,two')
  })

  it('are disabled, enabled and deleted, elastic but for the last', async () => {
    const run = await prepared()
    await run(['users', 'disable', 'elastic'])
    expect((await run(['users', 'list'])).out).toMatch(/^elastic .* no$/m)
    await run(['users', 'enable', 'elastic'])
    expect((await run(['users', 'list'])).out).toMatch(/^elastic .* yes$/m)
    expect((await run(['users', 'delete', 'elastic'])).failure).toMatchObject({
      message: expect.stringMatching(/is reserved/) as string,
    })
    await run(jack, { input: 's3cret-p@ss' })
    expect((await run(['users', 'delete', 'jacknich'])).out).toBe('user [jacknich] is deleted\n')
  })

  it.each([['show'], ['update', '--roles', 'a'], ['delete'], ['enable'], ['disable'], ['reset-password']])(
    'that are not there are said not to be by %s',
    async (verb, ...rest) => {
      const args = ['users', verb, 'nobody', ...rest]
      const { failure, out } = await (await prepared())(args, { input: 's3cret-p@ss' })
      expect({ failure, out }).toMatchObject({ failure: { message: 'there is no user [nobody]' }, out: '' })
    },
  )

  it('keep their password if the new one is missing or too short', async () => {
    const run = await prepared()
    const reset = ['users', 'reset-password', 'elastic']
    expect((await run(reset)).failure).toMatchObject({
      message: expect.stringMatching(/new password of \[elastic\] is missing/) as string,
    })
    const { failure, out, notes } = await run(reset, { input: 'abc12\n' })
    expect(failure?.message).toBe('passwords must be at least [6] characters long')
    expect(out + notes).not.toContain('abc12')
    expect(await passwordOf('elastic', elastic.password)).toBe(true)
  })

  it('are not asked for as somebody where nobody is asked, nor updated in nothing', async () => {
    const run = await prepared()
    expect((await run(['users', 'list', '--as', 'jacknich'])).notes).toMatch(
      /^error: --as .* give --url too$/m,
    )
    expect((await run(['users', 'update', 'elastic'])).notes).toMatch(/^error: say what to change/)
  })

  it('never take a password from the command line', async () => {
    const run = await prepared()
    for (const extra of [['--password', 'abc123'], ['abc123']]) {
      const { failure } = await run(['users', 'reset-password', 'elastic', ...extra])
      expect(failure?.message).toMatch(/unknown option|too many arguments/)
    }
  })
})

describe('a lost password of elastic', { timeout: 120_000 }, () => {
  it('is replaced without any credentials', async () => {
    const run = await prepared()
    const { failure } = await run(['users', 'reset-password', 'elastic'], { input: 'an0ther-p@ss\r\n' })
    expect(failure).toBe(null)
    expect(await passwordOf('elastic', 'an0ther-p@ss')).toBe(true)
    await run(['users', 'reset-password', 'elastic'], { input: elastic.password })
  })
})

it('say which database they change, if they do, where none is asked to', { timeout: 60_000 }, async () => {
  const run = await prepared()
  const { database: said, out } = await run([...jack, '--generate', '--json'])
  expect([said, JSON.parse(out)]).toEqual([
    `Database       ${databasePlace(database.url)}\n`,
    expect.objectContaining({ created: true }),
  ])
  for (const args of [
    ['roles', 'delete', 'x'],
    ['tokens', 'invalidate', '--user', 'x'],
  ])
    expect((await run(args)).database, args.join(' ')).toBe(said)
  expect((await run(['users', 'list'])).database).toBe('')
})

describe('roles', { timeout: 120_000 }, () => {
  it('of which one is unknown are told so where a user gets them', async () => {
    const run = await prepared()
    await run(['roles', 'put', 'app', '--cluster', 'manage_user_profile'])
    const made = await run(['users', 'create', 'a', '--roles', 'app,superuser', '--generate'])
    expect(made.notes).not.toContain('there is no role')
    expect((await run(['users', 'update', 'a', '--roles', 'app,apq'])).notes).toBe(
      'there is no role [apq] yet: the name alone gives no rights\n',
    )
    expect((await run(['users', 'update', 'a', '--email', 'a@example.com'])).notes).toBe('')
  })

  it('may not have unknown privileges, and it is said which is likely meant', async () => {
    const run = await prepared()
    const failure = async (privileges: string) =>
      (await run(['roles', 'put', 'foo', '--cluster', privileges])).failure?.message
    expect(await failure('monitor,manage_profile')).toMatch(
      /^unknown cluster privilege \[manage_profile\] \(did you mean manage_user_profile\?\)\. a privilege /,
    )
    expect(await failure('cook')).not.toContain('did you mean')
  })

  it('are put from a file, from standard input, or by their privileges, and shown as put takes them', async () => {
    const run = await prepared()
    const file = join(await temporaryFolder(), 'role.json')
    await writeFile(file, JSON.stringify({ cluster: ['manage_token'], run_as: ['*'] }))
    expect((await run(['roles', 'put', 'one', file])).out).toBe('role [one] is created\n')
    const { out } = await run(['roles', 'show', 'one'])
    expect((await run(['roles', 'put', 'one'], { input: out })).out).toBe('role [one] is replaced\n')
    expect((await run(['roles', 'show', 'one'])).out).toBe(out)
    expect(JSON.parse(out)).toMatchObject({ cluster: ['manage_token'], run_as: ['*'] })
    await run(['roles', 'put', 'two', '--cluster', 'monitor,manage_token'])
    expect((await run(['roles', 'list'])).out).toMatch(/^two +no +monitor,manage_token$/m)
    expect((await run(['roles', 'delete', 'two'])).out).toBe('role [two] is deleted\n')
    expect((await run(['roles', 'delete', 'two'])).failure).toMatchObject({
      message: 'there is no role [two]',
    })
  })

  it('that are none are refused, in the words that the gateway has for it', async () => {
    const run = await prepared()
    const put = (input: string) => run(['roles', 'put', 'one'], { input })
    expect((await put('{"cluster":')).failure?.message).toMatch(/^standard input is no role: .* at 1:\d+$/)
    expect((await put('[]')).failure?.message).toBe('standard input is no role: expected a JSON object')
    expect((await put('{"colour":"red"}')).failure?.message).toMatch(/unexpected field \[colour\]/)
    expect((await put('{"cluster":["al"]}')).failure?.message).toMatch(/^unknown cluster privilege \[al\]/)
    expect((await run(['roles', 'put', 'one', '/nowhere'])).failure?.message).toBe(
      '/nowhere cannot be read: there is no such file (ENOENT)',
    )
  })
})

describe('keys and tokens', { timeout: 120_000 }, () => {
  it('are made with the rights of their user, listed, and ended', async () => {
    const run = await prepared()
    await run(['roles', 'put', 'app', '--cluster', 'manage_user_profile,manage_own_api_key'])
    await run(['users', 'create', 'login-backend', '--roles', 'app', '--generate'])
    const create = ['keys', 'create', 'login', '--user', 'login-backend', '--expiration', '90d', '--json']
    const { encoded, id } = JSON.parse((await run(create)).out) as { encoded: string; id: string }
    expect(Buffer.from(encoded, 'base64').toString()).toMatch(new RegExp(`^${id}:`))
    expect((await run(['keys', 'list', '--user', 'login-backend'])).out).toMatch(
      new RegExp(`^${id} +login +login-backend \\(native\\) .* valid$`, 'm'),
    )
    const { api_keys: keys } = JSON.parse((await run(['keys', 'list', '--json'])).out) as {
      api_keys: object[]
    }
    expect(keys).toMatchObject([{ id, role_descriptors: {} }])
    expect((await run(['keys', 'invalidate', id])).out).toBe('1 invalidated\n')
    expect((await run(['keys', 'invalidate', id])).out).toBe('0 invalidated, 1 were already\n')
    expect((await run(['keys', 'list', '--active'])).out.split('\n')).toHaveLength(2)
    expect((await run(['keys', 'invalidate', 'none'])).failure?.message).toBe('there is no API key [none]')
  })

  it('may have ids that begin like options', async () => {
    const run = await prepared()
    const { failure } = await run(['keys', 'invalidate', '-bF-_BOUxDJw-Kzzf9uo', '--json'])
    expect(failure?.message).toBe('there is no API key [-bF-_BOUxDJw-Kzzf9uo]')
    expect((await run(['keys', 'invalidate', '--nmae', 'login'])).notes).toMatch(
      /^error: unknown option '--nmae'/,
    )
    expect((await run(['keys', 'list', '--id', '-bF-_BOUxDJw-Kzzf9uo'])).failure?.message).toBe(
      'no API key found for ID [-bF-_BOUxDJw-Kzzf9uo]',
    )
  })

  it('are not made for users who may not have any, or who are disabled', async () => {
    const run = await prepared()
    await run(jack, { input: 's3cret-p@ss' })
    const create = ['keys', 'create', 'login', '--user', 'jacknich']
    expect((await run(create)).failure).toMatchObject({ code: 'FORBIDDEN' })
    await run(['users', 'disable', 'jacknich'])
    expect((await run(create)).failure).toMatchObject({
      message: 'there is no user [jacknich] that is enabled',
    })
    expect((await run(create.slice(0, 3))).failure).toMatchObject({
      message: expect.stringMatching(/say with --user/) as string,
    })
  })

  it('are ended by what is said, and nothing that is not', async () => {
    const run = await prepared()
    expect((await run(['tokens', 'invalidate', '--user', 'jacknich'])).out).toBe('0 invalidated\n')
    expect((await run(['tokens', 'invalidate', '--token'], { input: 'abc\n' })).failure?.message).toBe(
      'nobody knows this token',
    )
    for (const args of [
      ['tokens', 'invalidate'],
      ['keys', 'invalidate'],
      ['tokens', 'invalidate', '--token', '--user', 'a'],
    ])
      expect((await run(args)).notes).toMatch(/^error: /)
  })
})

describe('a database that is not there', () => {
  it('is not made by looking into it', async () => {
    const file = join(await temporaryFolder(), 'none.db')
    const run = commandLine({ DATABASE_URL: `file:${file}` })
    expect((await run(['users', 'list'])).failure).toMatchObject({
      code: 'CONFIGURATION',
      message: `there is no database of a gateway yet (SQLite, ${file}): run \`profile-gateway migrate\`, or start a gateway`,
    })
  })
})

describe('beside a gateway that serves', { timeout: 120_000 }, () => {
  let served: TestApp
  let url: string

  beforeAll(async () => {
    served = await createTestApp()
    url = await served.app.listen()
  })
  afterAll(() => served.close())

  /** What the gateway takes as the answer to a change. */
  const status = async (password: string) =>
    (await rest(served.fetch, 'GET', '/', { username: 'jacknich', password })).status

  it('the commands ask it with the credentials of a caller, and change the same', async () => {
    const run = commandLine({ GATEWAY_PASSWORD: elastic.password })
    const at = ['--url', url]
    expect((await run([...jack, ...at], { input: 's3cret-p@ss' })).out).toBe('user [jacknich] is created\n')
    expect(await status('s3cret-p@ss')).toBe(200)
    await run(['users', 'disable', 'jacknich', ...at])
    expect(await status('s3cret-p@ss')).toBe(401)
    for (const name of ['..', 'a/b?c#d%']) {
      expect((await run(['users', 'create', name, '--generate', ...at])).failure).toBe(null)
      expect((await run(['users', 'show', name, ...at])).out).toContain(name)
    }
    expect((await run(['users', 'delete', 'nobody', ...at])).failure?.message).toBe(
      'there is no user [nobody]',
    )
    expect((await run(['users', 'delete', 'elastic', ...at])).failure).toMatchObject({
      code: 'INVALID_INPUT',
      message: 'user [elastic] is reserved and cannot be deleted',
    })
    expect((await run(['keys', 'create', 'mine', '--json', ...at])).out).toContain('"encoded"')
    expect((await run(['keys', 'create', 'mine', '--user', 'jacknich', ...at])).failure?.message).toMatch(
      /say --as/,
    )
  })

  it('who may not see the keys of others sees its own, where only those are asked for', async () => {
    const own = { password: 's3cret-p@ss', roles: ['own'] }
    await rest(served.fetch, 'PUT', '/_security/role/own', elastic, { cluster: ['manage_own_api_key'] })
    await rest(served.fetch, 'PUT', '/_security/user/shop', elastic, own)
    await rest(served.fetch, 'POST', '/_security/api_key', elastic, { name: 'of-elastic' })
    const run = commandLine({ GATEWAY_PASSWORD: own.password })
    const at = ['--url', url, '--as', 'shop']
    await run(['keys', 'create', 'of-shop', ...at])
    expect((await run(['keys', 'list', ...at])).failure).toMatchObject({ code: 'FORBIDDEN' })
    const { out } = await run(['keys', 'list', '--own', ...at])
    expect([out.includes('of-shop'), out.includes('of-elastic')]).toEqual([true, false])
    expect((await run(['keys', 'list', '--own'])).notes).toMatch(/^error: --own .* give --url too/)
    expect((await run(['keys', 'list', '--own', '--user', 'a', ...at])).notes).toMatch(/cannot be used with/)
  })

  it('what is no gateway is told apart from one that refuses', async () => {
    const server = createServer((_, response) => {
      response.statusCode = 404
      response.end('not found')
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void server.close())
    const run = commandLine({ GATEWAY_PASSWORD: elastic.password })
    const there = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect((await run(['users', 'list', '--url', there])).failure).toEqual(
      expect.objectContaining({
        code: 'CONFIGURATION',
        message: 'what answers there is no gateway: its answer has status 404',
      }),
    )
  })

  it('an API key does in place of a password', async () => {
    const made = await rest(served.fetch, 'POST', '/_security/api_key', elastic, { name: 'operator' })
    const run = commandLine({ GATEWAY_API_KEY: (made.body as { encoded: string }).encoded })
    expect((await run(['users', 'list', '--url', url])).out).toContain('elastic')
  })

  it('who it does not know, or who may not, is told so', async () => {
    const run = commandLine({ GATEWAY_PASSWORD: 'wr0ng-p@ss' })
    const wrong = await run(['users', 'list', '--url', url])
    expect(wrong.failure).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(wrong.out + wrong.notes + (wrong.failure?.message ?? '')).not.toMatch(/wr0ng|Basic/)
    await rest(served.fetch, 'PUT', '/_security/user/small', elastic, { password: 'wr0ng-p@ss', roles: [] })
    const small = await run(['users', 'list', '--url', url, '--as', 'small'])
    expect(small.failure).toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringMatching(/is unauthorized for user \[small\]/) as string,
    })
  })

  it.each([
    ['http://192.0.2.1:4000', /http leads only to this machine/],
    ['ftp://127.0.0.1', /expected an https URL/],
    ['https://elastic:changeme@127.0.0.1', /must not hold credentials/],
  ])('an address that is wrong is refused before anything is sent: %s', async (address, problem) => {
    const run = commandLine({ GATEWAY_PASSWORD: elastic.password })
    const { failure } = await run(['users', 'list', '--url', address])
    expect(failure?.message).toMatch(problem)
    expect(failure?.message).not.toContain(address)
  })

  it('a password is asked for only where somebody can type it', async () => {
    const run = commandLine({})
    expect((await run(['users', 'list', '--url', url])).failure).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(
        /^set GATEWAY_PASSWORD or GATEWAY_API_KEY: there is no terminal/,
      ) as string,
    })
  })

  it('nobody is there: that is said, and not what was to be sent', async () => {
    const run = commandLine({ GATEWAY_PASSWORD: elastic.password })
    const { failure } = await run(['users', 'list', '--url', 'http://127.0.0.1:1'])
    expect(failure).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'cannot ask http://127.0.0.1:1: nothing listens there (ECONNREFUSED)',
    })
  })

  it('it does not answer: that is said in words, and after a while', async () => {
    const tls = join(import.meta.dirname, 'support/tls')
    const [cert, key] = await Promise.all(
      ['server.pem', 'server.key.pem'].map((file) => readFile(join(tls, file), 'utf8')),
    )
    const kept: Socket[] = []
    const silent = createTcpServer((socket) => void kept.push(socket))
    const closing = createTcpServer((socket) => socket.once('data', () => socket.destroy()))
    const plain = createServer()
    const unknown = createHttpsServer({ cert, key })
    const run = commandLine({ GATEWAY_PASSWORD: elastic.password })
    const saidOf = async (server: Server, scheme: string) => {
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const address = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
      const { failure } = await run(['users', 'list', '--url', address])
      server.close()
      return [failure?.code, failure?.message.replace(`cannot ask ${address}: `, '')]
    }
    const said = await Promise.all([
      saidOf(silent, 'http'),
      saidOf(closing, 'http'),
      saidOf(plain, 'https'),
      saidOf(unknown, 'https'),
    ])
    for (const socket of kept) socket.destroy()
    expect(said).toEqual([
      [
        'UNAVAILABLE',
        'it has not answered in 30 s, and may yet do what was asked for (UND_ERR_HEADERS_TIMEOUT)',
      ],
      ['UNAVAILABLE', 'it has closed the connection (UND_ERR_SOCKET)'],
      ['UNAVAILABLE', expect.stringMatching(/^it does not speak TLS there \(/)],
      ['UNAVAILABLE', expect.stringMatching(/^no authority that is known has signed its certificate: /)],
    ])
  }, 60_000)

  it('what it says is printed as text, whoever it is', async () => {
    const server = createServer((_, response) => {
      response.statusCode = 400
      response.end(JSON.stringify({ error: { reason: 'no\u001b[31m\nprofile-gateway: done' } }))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const run = commandLine({ GATEWAY_PASSWORD: elastic.password })
    const { failure } = await run(['users', 'list', '--url', `http://127.0.0.1:${port}`])
    expect(failure?.message).toBe('no\\u{1b}[31m\\u{a}profile-gateway: done')
    server.close()
  })

  it('the operator of the command line is nobody whose credentials could be shown', async () => {
    for (const username of ['‹operator›', 'operator', '']) {
      const authorization = basic({ username, password: '' })
      expect((await served.fetch('/', { headers: { authorization } })).status).toBe(401)
    }
    const put = await rest(served.fetch, 'PUT', '/_security/user/%E2%80%B9operator%E2%80%BA', elastic, {
      password: 's3cret-p@ss',
      roles: [],
    })
    expect(JSON.stringify(put.body)).toContain('User names must be')
  })
})

describe.skipIf(databaseName === 'sqlite')('the database of gateways that serve', () => {
  it('can be changed beside them, and they know at once (on SQLite one process alone may)', async () => {
    const run = await prepared()
    const { users, roles, securityEpoch, close } = await openDatabase(optionsFor(database))
    const before = await securityEpoch()
    await run(['roles', 'put', 'new', '--cluster', 'all'])
    expect(await securityEpoch()).toBeGreaterThan(before)
    expect((await roles.definitions()).roles.get('new')?.cluster).toEqual(['all'])
    await run(jack, { input: 's3cret-p@ss' })
    expect((await users.find('jacknich'))?.user.enabled).toBe(true)
    await close()
  })
})
