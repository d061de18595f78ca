import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises'
import { Agent, request, type IncomingMessage, type RequestOptions } from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { availableParallelism, getPriority } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { atTerminal, childrenOf, noTerminal } from './cli/terminal.ts'
import { isOfPool, threadsOf } from './cli/threads.ts'
import { gateway, gatewayCommand, Process, type Environment } from './cliProcess.ts'
import { gatewayMain } from './support/gatewayMain.ts'
import { basic, elastic, overSocket, rest } from './support/testApp.ts'
import { temporaryFolder } from './support/temporaryFolder.ts'

/** The first port that everybody may have. */
const firstUnprivileged = Number(
  existsSync('/proc/sys/net/ipv4') ? readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start') : 0,
)

const withPassword = { ELASTIC_PASSWORD: elastic.password }

/** Has the superuser made in a folder's database, as a gateway that has ended again would. */
async function makeSuperuser(folder: string): Promise<void> {
  const config = loadConfig(
    { ...withPassword, DATABASE_URL: `file:${join(folder, 'data/gateway.db')}` },
    null,
  )
  const logger = pino({ level: 'silent' })
  await (await createApp({ config, logger, clock: Date.now, auditTo: null })).close()
}

/** Runs a command to its end, in a folder of its own or in the one that is given. */
async function run(args: string[], environment: Environment = {}, folder?: string) {
  const ran = gateway(args, folder ?? (await temporaryFolder()), environment)
  return { code: await ran.ended, out: ran.out, err: ran.err }
}

describe('a command line', { timeout: 60_000 }, () => {
  it.each([
    [[], /Usage: profile-gateway/],
    [['migrait'], /unknown command 'migrait'/],
    [['--verbose'], /unknown option '--verbose'/],
    [['serve', '--port', '80'], /unknown option '--port'/],
    [['serve', 'now'], /too many arguments/],
    [['demo', 'now'], /too many arguments/],
    [['keys', 'create', 'login'], /say with --user/],
    [['keys', 'create', 'login', '--user', 'a', '--url', 'http://127.0.0.1:1'], /in place of --user/],
    [['users', 'list', '--url', 'http://192.0.2.1'], /--url: expected https/],
    [['import', 'a.ndjson', '--report', 'a.ndjson'], /has to be another file/],
  ])('that is wrong is told so once, and ends with 64: %j', async (args, message) => {
    const { code, out, err } = await run(args)
    expect(code).toBe(64)
    expect(err.match(new RegExp(message, 'g'))).toHaveLength(1)
    expect(err).not.toContain('    at ')
    expect(out).toBe('')
  })

  it.each([
    [['migrate'], 'npm_config_status', '--status'],
    [['import', 'users.json'], 'npm_config_dry_run', '--dry-run'],
    [['users', 'list'], 'npm_config_url', '--url'],
    [['import', 'users.json'], 'npm_config_replace_registry_host', '--replace'],
  ])('of which npm has kept an option is not run without it: %j, %s', async (args, name, option) => {
    const { code, out, err } = await run(args, { [name]: '--dry-run' })
    expect([code, out]).toEqual([64, ''])
    expect(err).toContain(`error: npm has kept ${option} for itself: write it after --`)
  })

  it('has its options where npm has them too, and what people set for npm is none of them', async () => {
    const settings = {
      npm_config_status: 'true',
      npm_config_force: 'true',
      npm_config_email: 'a@example.com',
      npm_config_replace_registry_host: 'never',
    }
    const { code, err } = await run(['migrate', '--status'], { ...settings, DATABASE_URL: 'file:x.db' })
    expect([code, err]).toEqual([1, expect.stringMatching(/^Database .*\n$/)])
    for (const args of [
      ['export', '-o', '/dev/null/x'],
      ['import', 'users.json'],
    ])
      expect((await run(args, settings)).err).not.toContain('npm has kept')
  })

  it.each([[['--help']], [['help']], [['serve', '--help']]])(
    'that asks for help gets it, and ends with 0: %j',
    async (args) => {
      const { code, out, err } = await run(args)
      expect(code).toBe(0)
      expect(out).toMatch(/^Usage: profile-gateway/)
      expect(err).toBe('')
    },
  )

  it('that asks for the version gets it, and ends with 0', async () => {
    const { code, out, err } = await run(['--version'])
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('a configuration that is wrong', { timeout: 60_000 }, () => {
  it('ends with 78 and every problem, before anything is opened', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'gateway.yml'), 'colour: red\nactivation:\n  unchanged_grace: soon\n')
    expect(await run(['serve'], { PORT: 'x', ELASTIC_PASSWORD: 'short' }, folder)).toEqual({
      code: 78,
      out: '',
      err:
        'profile-gateway: the configuration is not valid\n' +
        '  PORT: expected a number from 0 to 65535\n' +
        '  ELASTIC_PASSWORD: expected at least 6 characters\n' +
        '  gateway.yml:3: activation.unchanged_grace: expected a time such as 30s or 5m\n' +
        '  gateway.yml:1: colour: unknown setting\n',
    })
    expect(await readdir(folder)).toEqual(['gateway.yml'])
  })

  it('ends with 78 if nobody would read it for its name', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'gateway.yaml'), 'activation:\n  unchanged_grace: 1m\n')
    const { code, err } = await run(['serve'], {}, folder)
    expect(code).toBe(78)
    expect(err).toContain('\n  gateway.yaml: expected gateway.yml, or GATEWAY_CONFIG to name it\n')
    const named = await run(['serve'], { GATEWAY_CONFIG: 'gateway.yaml' }, folder)
    expect(named.err).toBe(
      'profile-gateway: set ELASTIC_PASSWORD: the superuser elastic has no password yet\n',
    )
  })

  it('ends with 78 if gateway.yml is a link that leads nowhere', async () => {
    const folder = await temporaryFolder()
    await symlink(join(folder, 'none.yml'), join(folder, 'gateway.yml'))
    const { code, err } = await run(['serve'], withPassword, folder)
    expect([code, err]).toEqual([
      78,
      'profile-gateway: the configuration is not valid\n  GATEWAY_CONFIG: gateway.yml cannot be read: there is no such file (ENOENT)\n',
    ])
    expect(await readdir(folder)).toEqual(['gateway.yml'])
  })

  it('ends with 78 if the superuser has no password and nobody reads one, and says what to set', async () => {
    const { code, out, err } = await run(['serve'])
    expect({ code, out, err }).toEqual({
      code: 78,
      out: '',
      err: 'profile-gateway: set ELASTIC_PASSWORD: the superuser elastic has no password yet\n',
    })
  })

  it('ends with 78 if the database cannot be opened', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'diary.db'), 'Dear diary,')
    const environment = { ...withPassword, DATABASE_URL: 'file:diary.db' }
    const { code, err } = await run(['serve'], environment, folder)
    expect(code).toBe(78)
    expect(err).toBe('profile-gateway: cannot open file:diary.db: it is not an SQLite database\n')
  })

  it('ends with 78 if a port is in use, or the host is not ours, and nothing has been made', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const folder = await temporaryFolder()
    const inUse = await run(['serve'], { ...withPassword, PORT: `${port}` }, folder)
    const taken = 'another program listens there (EADDRINUSE)\n'
    expect(inUse).toEqual({
      ...{ code: 78, out: '' },
      err: `profile-gateway: cannot listen on 127.0.0.1:${port} (HOST, PORT): ${taken}`,
    })
    await writeFile(join(folder, 'gateway.yml'), `metrics.port: ${port}`)
    const metricsInUse = await run(['serve'], withPassword, folder)
    expect(metricsInUse).toEqual({
      ...{ code: 78, out: '' },
      err: `profile-gateway: cannot listen on 127.0.0.1:${port} (metrics.host, metrics.port): ${taken}`,
    })
    await writeFile(join(folder, 'gateway.yml'), 'http.insecure: true')
    const notOurs = await run(['serve'], { ...withPassword, HOST: '192.0.2.1' }, folder)
    expect(notOurs.code).toBe(78)
    expect(notOurs.err).toBe(
      'profile-gateway: cannot listen on 192.0.2.1:0 (HOST, PORT): this machine has no such address (EADDRNOTAVAIL)\n',
    )
    expect(await readdir(folder)).toEqual(['gateway.yml'])
  })

  it.runIf(firstUnprivileged > 81)(
    'ends with 78 if this user may not have a port, and nothing has been made',
    async () => {
      const folder = await temporaryFolder()
      await writeFile(join(folder, 'gateway.yml'), 'metrics.port: 81')
      const refused = async (PORT: string) => {
        const rights = ['--bounding-set', '-net_bind_service', process.execPath]
        const [command = '', ...before] =
          process.getuid?.() === 0 ? ['setpriv', ...rights] : [process.execPath]
        const ran = new Process(command, [...before, gatewayMain, 'serve'], folder, { ...withPassword, PORT })
        return [await ran.ended, ran.err]
      }
      const reason = 'this user may not listen there (EACCES)\n'
      const at = (place: string) => [78, `profile-gateway: cannot listen on ${place}: ${reason}`]
      expect(await refused('80')).toEqual(at('127.0.0.1:80 (HOST, PORT)'))
      expect(await refused('0')).toEqual(at('127.0.0.1:81 (metrics.host, metrics.port)'))
      expect(await readdir(folder)).toEqual(['gateway.yml'])
    },
  )

  it.each([
    ['metrics.port: 9464', '127.0.0.1'],
    ['metrics.port: 9464\nhttp.insecure: true', '0.0.0.0'],
    ['metrics: { port: 9464, host: localhost }', '127.0.0.1'],
    ['metrics: { port: 9464, host: "::" }\nhttp.insecure: true', '127.0.0.1'],
  ])(
    'ends with 78 if metrics are to have the port of the gateway itself: %j, HOST=%s',
    async (settings, HOST) => {
      const folder = await temporaryFolder()
      await writeFile(join(folder, 'gateway.yml'), settings)
      expect(await run(['serve'], { ...withPassword, HOST, PORT: '9464' }, folder)).toEqual({
        ...{ code: 78, out: '' },
        err: 'profile-gateway: metrics.host and metrics.port are HOST and PORT: expected another port for metrics\n',
      })
    },
  )

  it('ends with 78, and has opened nothing, where others would send credentials in the clear', async () => {
    const folder = await temporaryFolder()
    const { code, err } = await run(['serve'], { ...withPassword, HOST: '0.0.0.0' }, folder)
    expect(code).toBe(78)
    expect(err).toMatch(
      /^profile-gateway: the configuration is not valid\n {2}HOST: .* tls\.certificate and tls\.key/,
    )
    expect(await readdir(folder)).toEqual([])
  })
})

describe('a database that is not there', { timeout: 60_000 }, () => {
  it('is not made by asking what it lacks, nor is its folder', async () => {
    const folder = await temporaryFolder()
    const { code, out, err } = await run(['migrate', '--status'], {}, folder)
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^Database .*\n$/) as string })
    expect(out).toMatch(/^(missing {2}\w+\n)+$/)
    expect(await readdir(folder)).toEqual([])
  })
})

/** Where the policy of a thread can be set. */
const canBeIdle = existsSync('/usr/bin/chrt') && availableParallelism() > 1

/** How the threads of a gateway are scheduled, and those of the process that hashes for it. */
async function scheduled(environment: Environment) {
  const served = gateway(['serve'], await temporaryFolder(), environment)
  await served.address()
  const { pid } = served.child
  const [hasher = 0] = childrenOf(pid)
  const threads = { hasher: threadsOf(hasher), gateway: threadsOf(pid) }
  await served.stop()
  return threads
}

describe('a gateway that serves', { timeout: 60_000 }, () => {
  it('says where its database and both doors are, on standard error, and answers at both', async () => {
    const folder = await temporaryFolder()
    const served = gateway(['serve'], folder, withPassword)
    const address = await served.address()
    expect(served.err).toContain(
      `Database       SQLite, ${join(await realpath(folder), 'data/gateway.db')}\n`,
    )
    expect(served.err).toContain(`GraphQL        ${address}/graphql`)
    expect(await rest(overSocket(address), 'GET', '/', elastic)).toMatchObject({ status: 200 })
    const page = await fetch(`${address}/graphql`, { headers: { accept: 'text/html' } })
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')])
    expect(served.out).not.toContain('GraphQL ')
    expect(served.out + served.err).not.toContain(elastic.password)
    expect(await served.stop()).toBe(0)
  })

  it('hashes in a process of its own, on threads that yield to all else, as many as there are cores', async () => {
    const { hasher, gateway } = await scheduled(withPassword)
    const lowered = { priority: Math.min(19, getPriority() + 10), isIdle: canBeIdle }
    const usual = { priority: getPriority(), isIdle: false }
    const [hashing, others] = [hasher.filter(isOfPool), hasher.filter((thread) => !isOfPool(thread))]
    expect(hashing).toHaveLength(availableParallelism())
    expect(hashing).toEqual(hashing.map(({ name }) => ({ name, ...lowered })))
    expect(others).toEqual(others.map(({ name }) => ({ name, ...usual })))
    expect(gateway).toEqual(gateway.map(({ name }) => ({ name, ...usual })))
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with 0 on %s, after the requests under way',
    async (signal) => {
      const { served, answer } = await stoppedDuringRequest(signal, { agent: false })
      expect(answer.statusCode).toBe(200)
      expect(await served.ended).toBe(0)
    },
  )

  // A connection that is kept alive keeps the process alive, until its client leaves or the deadline has passed.
  it('ends after the requests under way even if their clients would send more', async () => {
    const { answer } = await stoppedDuringRequest('SIGTERM', { agent: new Agent({ keepAlive: true }) })
    expect(answer.headers.connection).toBe('close')
  })

  it('ends with 0 in time though a request never does', async () => {
    const served = gateway(['serve'], await temporaryFolder(), withPassword)
    const { hostname, port } = new URL(await served.address())
    const socket = connect(Number(port), hostname)
    const headers = `Host: gateway\r\nAuthorization: ${basic(elastic)}\r\nContent-Length: 40\r\nExpect: 100-continue`
    socket.write(`PUT /_security/user/late HTTP/1.1\r\n${headers}\r\n\r\n`)
    await once(socket, 'data')
    const begun = performance.now()
    expect(await served.stop()).toBe(0)
    expect(performance.now() - begun).toBeGreaterThan(9_000)
    expect(performance.now() - begun).toBeLessThan(20_000)
  })

  it('is alone on its database: a second one ends with 78', async () => {
    const folder = await temporaryFolder()
    const first = gateway(['serve'], folder, withPassword)
    await first.address()
    const second = await run(['serve'], withPassword, folder)
    expect(second.code).toBe(78)
    expect(second.err).toBe(
      'profile-gateway: cannot open file:./data/gateway.db: another gateway has it open, and only one may: stop it\n',
    )
    expect(await first.stop()).toBe(0)
  })

  it('warns of a variable that is nearly one of its own, and says no value', async () => {
    const folder = await temporaryFolder()
    const environment = {
      ...{ DATABSE_URL: 'file:s3cret.db', ELASTIC_PASWORD: 's3cret', PASSWORD: 's3cret' },
      ...{ GATEWAY_CONFIG_FILE: 's3cret.yml', DATABASE_USER: 's3cret' },
    }
    const { code, out, err } = await run(['serve'], environment, folder)
    expect(code).toBe(78)
    expect(out.match(/(?<="msg":")[^"]*/g)).toEqual([
      'the environment variable DATABSE_URL is unknown: did you mean DATABASE_URL?',
      'the environment variable ELASTIC_PASWORD is unknown: did you mean ELASTIC_PASSWORD?',
      'the environment variable GATEWAY_CONFIG_FILE is unknown: did you mean GATEWAY_CONFIG?',
    ])
    expect(out + err).not.toContain('s3cret')
  })

  it('has its commands warn of it, too', async () => {
    const environment = { DATABSE_URL: 'file:s3cret.db' }
    for (const args of [['migrate', '--status'], ['users', 'list'], ['export'], ['doctor']]) {
      const { out, err } = await run(args, environment)
      expect(out + err).toContain('variable DATABSE_URL is unknown')
      expect(out + err).toContain('DATABASE_URL')
      expect(out + err).not.toContain('s3cret')
    }
  })

  it('warns of none that is nearly one that is set', async () => {
    const others = { ELASTIC_PASSWORD1: 'x', DATABASE_URL2: 'x', DATABASE_URL_FILE: 'url' }
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'url'), 'file:gateway.db')
    const served = gateway(['serve'], folder, { ...withPassword, ...others })
    await served.address()
    expect(await served.stop()).toBe(0)
    expect(served.out).not.toContain('"level":40')
  })

  it.skipIf(!existsSync('/dev/full'))(
    'ends with 69 if the audit log has no room for its superuser',
    async () => {
      const command = `exec ${gatewayCommand} serve > /dev/full`
      const served = new Process('bash', ['-c', command], await temporaryFolder(), withPassword)
      expect(await served.ended).toBe(69)
      expect(served.err).toContain('profile-gateway: the audit log cannot be written, try again later\n')
      expect(served.err).toContain(`${fullDisk}\n`)
    },
  )

  it.skipIf(!existsSync('/dev/full'))(
    'answers and ends while its log has no room, and says so once',
    async () => {
      const folder = await temporaryFolder()
      await writeFile(join(folder, 'gateway.yml'), 'audit.destination: ./audit.ndjson\n')
      const command = `exec ${gatewayCommand} serve > /dev/full`
      const served = new Process('bash', ['-c', command], folder, withPassword)
      const fetch = overSocket(await served.address())
      for (let time = 0; time < 3; time++)
        expect(await rest(fetch, 'GET', '/', elastic)).toMatchObject({ status: 200 })
      await served.says(/(the disk is full)/)
      expect(await served.stop()).toBe(0)
      expect(served.err.match(/cannot write/g)).toHaveLength(1)
    },
  )

  it('only warns if ELASTIC_PASSWORD is another one later, and needs none', async () => {
    const folder = await temporaryFolder()
    const again = async (environment: Environment) => {
      const served = gateway(['serve'], folder, environment)
      const { status } = await rest(overSocket(await served.address()), 'GET', '/', elastic)
      expect(await served.stop()).toBe(0)
      return {
        status,
        warnings: served.out.match(/"level":40/g)?.length ?? 0,
        printed: served.out + served.err,
      }
    }
    expect(await again(withPassword)).toMatchObject({ status: 200, warnings: 0 })
    const other = await again({ ELASTIC_PASSWORD: 'another-password' })
    expect(other).toMatchObject({ status: 200, warnings: 1 })
    expect(other.printed).toContain('ELASTIC_PASSWORD is not the password of elastic')
    expect(other.printed).not.toContain('another-password')
    expect(await again({})).toMatchObject({ status: 200, warnings: 0 })
  })
})

describe.skipIf(noTerminal)(
  `a gateway that is started on a terminal${noTerminal}`,
  { timeout: 60_000 },
  () => {
    /** Like `gateway(['serve'])`, but with its standard error on a terminal, and its log in a file. */
    function onTerminal(folder: string, environment: Environment = {}): Process {
      return atTerminal(`echo $$ > pid; exec ${gatewayCommand} serve > log`, folder, environment)
    }

    async function stop(served: Process, folder: string): Promise<void> {
      process.kill(Number(await readFile(join(folder, 'pid'), 'utf8')), 'SIGTERM')
      expect(await served.ended).toBe(0)
    }

    it('makes up a password for the superuser, and shows it once, on standard error, never in the log', async () => {
      const folder = await temporaryFolder()
      const first = onTerminal(folder)
      const address = await first.address()
      const password = await first.says(/Its password, shown only now:\s+(\S+)/)
      expect(password).toMatch(/^[\w-]{24}$/)
      expect(await rest(overSocket(address), 'GET', '/', { username: 'elastic', password })).toMatchObject({
        status: 200,
      })
      await stop(first, folder)
      expect(first.out.split(password)).toHaveLength(2)
      const log = await readFile(join(folder, 'log'), 'utf8')
      expect(log).toContain('answered')
      expect(log).not.toContain(password)

      const second = onTerminal(folder)
      await second.address()
      await stop(second, folder)
      expect(second.out).not.toContain('password')
    })

    it('makes up none if one is given', async () => {
      const folder = await temporaryFolder()
      const served = onTerminal(folder, withPassword)
      expect(await rest(overSocket(await served.address()), 'GET', '/', elastic)).toMatchObject({
        status: 200,
      })
      await stop(served, folder)
      expect(served.out).not.toContain('password')
    })

    it('makes up none if it could not listen', async () => {
      const other = createServer().listen(0, '127.0.0.1')
      onTestFinished(() => void other.close())
      await once(other, 'listening')
      const folder = await temporaryFolder()
      const failed = onTerminal(folder, { PORT: `${(other.address() as AddressInfo).port}` })
      expect(await failed.ended).toBe(78)
      expect(failed.out).not.toContain('password')
      const next = onTerminal(folder)
      await next.address()
      await stop(next, folder)
      expect(next.out).toContain('Its password, shown only now')
    })
  },
)

describe('a command of operators', { timeout: 60_000 }, () => {
  it('ends with the code of why it cannot be done, and says on SQLite how it can beside a gateway', async () => {
    const folder = await temporaryFolder()
    const served = gateway(['serve'], folder, withPassword)
    const url = await served.address()
    const users = (args: string[], password = elastic.password) =>
      run(['users', ...args], { GATEWAY_PASSWORD: password }, folder)
    const [open, known, unknown, gone, nobody, wrong] = await Promise.all([
      users(['list']),
      users(['list', '--url', url]),
      users(['list', '--url', url], 'wr0ng-p@ss'),
      users(['list', '--url', 'http://127.0.0.1:1']),
      users(['show', 'nobody', '--url', url]),
      users(['list', 'all']),
    ])
    expect(open.err).toBe(
      'profile-gateway: cannot open file:./data/gateway.db: another gateway has it open, and only one may: stop it, or ' +
        'ask it with --url\n',
    )
    expect([open, known, unknown, gone, nobody, wrong].map(({ code }) => code)).toEqual([
      78, 0, 77, 69, 1, 64,
    ])
    expect(known.out).toMatch(/^elastic +superuser +yes$/m)
    expect(nobody.err).toBe('profile-gateway: there is no user [nobody]\n')
    expect(await served.stop()).toBe(0)
  })

  it('ends well where nobody reads all of what is printed', async () => {
    const folder = await temporaryFolder()
    await makeSuperuser(folder)
    const command = `${gatewayCommand} users list | true; echo "\${PIPESTATUS[0]}"`
    const shell = new Process('bash', ['-c', command], folder)
    expect([await shell.ended, shell.out, shell.err]).toEqual([0, '0\n', ''])
  })

  it.skipIf(!existsSync('/dev/full'))('ends with 78 where the disk is full on which it prints', async () => {
    const folder = await temporaryFolder()
    await makeSuperuser(folder)
    const commands = ['users list', 'doctor --json', 'migrate --status', 'export', '--help']
    const ran = await Promise.all(
      commands.map((command) => printingToFullDisk(`${gatewayCommand} ${command}`, folder)),
    )
    for (const [index, { code, err }] of ran.entries()) {
      const said = err.split('\n').filter((line) => line.startsWith('profile-gateway: '))
      expect([commands[index], code, said]).toEqual([commands[index], 78, [fullDisk]])
      expect(err).not.toContain('    at ')
    }
  })

  it('replaces a lost password of elastic, with which the gateway is asked then', async () => {
    const folder = await temporaryFolder()
    await makeSuperuser(folder)
    const { code, out } = await run(['users', 'reset-password', 'elastic', '--generate'], {}, folder)
    expect(code).toBe(0)
    const again = gateway(['serve'], folder)
    const fetch = overSocket(await again.address())
    const status = async (password: string) =>
      (await rest(fetch, 'GET', '/', { username: 'elastic', password })).status
    expect([await status(out.trim()), await status(elastic.password)]).toEqual([200, 401])
    expect(await again.stop()).toBe(0)
  })
})

const fullDisk = 'profile-gateway: cannot write standard output: the disk is full'

async function printingToFullDisk(command: string, folder: string) {
  const shell = new Process('bash', ['-c', `${command} > /dev/full`], folder)
  return { code: await shell.ended, err: shell.err }
}

describe('the demo', { timeout: 60_000 }, () => {
  it('shows one activation at both doors, ends with 0 and leaves nothing behind', async () => {
    const folder = await temporaryFolder()
    const [cwd, TMPDIR] = [join(folder, 'cwd'), join(folder, 'tmp')]
    await Promise.all([mkdir(cwd), mkdir(TMPDIR)])
    const { code, out, err } = await run(['demo'], { TMPDIR }, cwd)
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('POST /graphql')
    expect(out).toContain('"activateProfile": {')
    expect(out).toContain('POST /_security/profile/_activate')
    expect(out).toContain('"grant_type": "password"')
    expect(out.match(/"uid": "u_79HkWkwmnBH5gqFKwoxggWPjEBOur1zLPXQPEl1VBW0_0"/g)).toHaveLength(2)
    expect(await readdir(TMPDIR)).toEqual([])
    expect(await readdir(cwd)).toEqual([])
  })

  it('runs beside any configuration', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'gateway.yml'), 'realms.native.native: { order: 0, enabled: false }\n')
    expect(await run(['demo'], {}, folder)).toMatchObject({ code: 0 })
  })
})

/** A gateway that gets a signal between the head and the body of a request, and its answer. */
async function stoppedDuringRequest(signal: NodeJS.Signals, { agent }: Pick<RequestOptions, 'agent'>) {
  const served = gateway(['serve'], await temporaryFolder(), withPassword)
  const address = await served.address()
  const body = JSON.stringify({ cluster: ['manage_user_profile'] })
  const headers = {
    authorization: basic(elastic),
    'content-type': 'application/json',
    'content-length': body.length,
    expect: '100-continue',
  }
  const put = request(`${address}/_security/role/late`, { method: 'PUT', headers, agent })
  const answered = once(put, 'response') as Promise<[IncomingMessage]>
  put.flushHeaders()
  await once(put, 'continue')
  served.child.kill(signal)
  await refusing(address)
  put.end(body)
  const [answer] = await answered
  answer.resume()
  return { served, answer }
}

/** Waits until nobody listens at the address any more. */
async function refusing(address: string): Promise<void> {
  const { hostname, port } = new URL(address)
  for (;;) {
    const socket = connect(Number(port), hostname)
    const refused = await Promise.race([
      once(socket, 'connect').then(() => false),
      once(socket, 'error').then(() => true),
    ]).catch(() => true)
    socket.destroy()
    if (refused) return
  }
}
