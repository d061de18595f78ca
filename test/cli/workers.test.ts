import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { createServer, connect, type AddressInfo } from 'node:net'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { gateway, gatewayCommand } from '../cliProcess.ts'
import { parseExposition, sumOf } from '../metrics/exposition.ts'
import { freePort } from '../support/freePort.ts'
import { startGatewayProcess, type GatewayProcess } from '../support/gatewayProcess.ts'
import { jacknich, loginBackend, nobody, provision } from '../support/people.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { basic, elastic, rest, type Answered, type AuditLine, type Fetch } from '../support/testApp.ts'
import { newDatabase, type NewDatabase } from '../support/testDatabase.ts'
import { atTerminal, childrenOf, commandOf, isRunning, noTerminal } from './terminal.ts'
import { isOfPool, threadsOf } from './threads.ts'

interface LogLine {
  readonly worker?: number
  readonly pid: number
  readonly msg: string
  readonly pause?: number
  readonly number?: number
  readonly code?: number | null
}

let database: NewDatabase
beforeAll(async () => {
  database = await newDatabase()
})
afterAll(() => database.remove())

/** A gateway of two workers, each request to which has a connection of its own. */
function startedWith(settings: string, ...others: string[]) {
  let started: GatewayProcess
  const log: LogLine[] = []
  const fetch: Fetch = (path, { headers, ...init } = {}) =>
    globalThis.fetch(started.address + path, {
      ...init,
      headers: { ...(headers as Record<string, string>), connection: 'close' },
    })
  beforeAll(async () => {
    const args = ['--workers', '2', ...others]
    started = await startGatewayProcess({ databaseUrl: database.url, args, settings, logLevel: 'info' })
    await provision(fetch)
  })
  afterAll(() => started.stop())
  return {
    fetch,
    activate: async (times: number) => {
      const grant = { grant_type: 'password', ...jacknich }
      const answers = await Promise.all(
        Array.from({ length: times }, () =>
          rest(fetch, 'POST', '/_security/profile/_activate', loginBackend, grant),
        ),
      )
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: times }, () => 200))
    },
    gateway: () => started,
    /** The processes of its workers. */
    workers: () => childrenOf(started.pid),
    /** All that is logged, one line after another. */
    log: () => {
      for (const line of started.takeLog().split('\n').filter(Boolean)) log.push(JSON.parse(line) as LogLine)
      return log
    },
  }
}

const sumOfActivations = (text: string) =>
  sumOf(parseExposition(text), 'profile_gateway_activations_total', { outcome: 'success' })

const eventually = <T>(check: () => T) => vi.waitFor(check, { timeout: 20_000, interval: 50 })

const metricsPort = await freePort()

describe('two workers', { timeout: 60_000 }, () => {
  const {
    fetch,
    activate,
    gateway: started,
    workers,
    log,
  } = startedWith(`metrics: { port: ${metricsPort} }\naudit: { destination: ./audit.ndjson }\n`)
  const scraped = async () => (await globalThis.fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  const auditFile = () => join(started().folder, 'audit.ndjson')
  const pidOf = (number: number) => log().findLast(({ worker }) => worker === number)?.pid ?? 0

  it('answer at one address, and each says in the log which one it is', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => rest(fetch, 'GET', '/', elastic)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
    await eventually(() => {
      const answered = log().filter(({ msg }) => msg === 'answered')
      expect(new Set(answered.map(({ worker }) => worker))).toEqual(new Set([1, 2]))
      expect(new Set(answered.map(({ pid }) => pid))).toEqual(new Set(workers()))
    })
  })

  it('hash as many passwords at once as there are cores, both together', () => {
    const hashing = workers()
      .flatMap(childrenOf)
      .map((pid) => threadsOf(pid).filter(isOfPool).length)
    const each = Math.ceil(availableParallelism() / 2)
    expect(hashing).toEqual([each, each])
  })

  it('have their metrics read as those of one gateway', async () => {
    await activate(12)
    for (let time = 0; time < 3; time++) expect(sumOfActivations(await scraped())).toBe(12)
    const families = parseExposition(await scraped())
    expect(sumOf(families, 'profile_gateway_build_info')).toBe(1)
    expect(sumOf(families, 'profile_gateway_activation_duration_seconds')).toBe(12)
    expect(sumOf(families, 'profile_gateway_database_pool_connections')).toBeGreaterThan(1)
    expect(sumOf(families, 'process_cpu_seconds_total')).toBeGreaterThan(0)
  })

  it('write whole lines to one file of the audit log', async () => {
    const names = Array.from({ length: 200 }, (_, n) => `user-${n}-${'x'.repeat(n)}`)
    await Promise.all(names.map((name) => rest(fetch, 'GET', `/_security/user/${name}`, nobody)))
    const lines = readFileSync(auditFile(), 'utf8').split('\n')
    expect(lines.pop()).toBe('')
    const denied = lines
      .map((line) => JSON.parse(line) as AuditLine)
      .filter(({ event }) => event.reason === 'FORBIDDEN')
    expect(denied).toHaveLength(200)
  })

  it('both read anew at SIGHUP what may have been replaced', async () => {
    renameSync(auditFile(), `${auditFile()}.1`)
    process.kill(started().pid, 'SIGHUP')
    await eventually(() => {
      for (const message of ['the file of the audit log is opened anew', 'realms: nothing has changed']) {
        const said = log().filter(({ msg }) => msg === message)
        expect(said.map(({ worker }) => worker).sort()).toEqual([1, 2])
      }
    })
    expect(existsSync(auditFile())).toBe(true)
  })

  it('have their metrics read while one of them does not answer: what it told last still counts', async () => {
    await activate(8)
    const before = sumOfActivations(await scraped())
    const frozen = pidOf(2)
    process.kill(frozen, 'SIGSTOP')
    try {
      expect(sumOfActivations(await scraped())).toBe(before)
    } finally {
      process.kill(frozen, 'SIGCONT')
    }
    expect(sumOfActivations(await scraped())).toBe(before)
  })

  it('are two again after one is killed, later if it happens again, and nothing is counted less', async () => {
    await activate(8)
    const before = sumOfActivations(await scraped())
    for (const pause of [0, 1_000]) {
      const killed = pidOf(2)
      process.kill(killed, 'SIGKILL')
      await eventually(() => {
        expect(log().findLast(({ msg }) => msg.startsWith('a worker has ended'))).toMatchObject({
          number: 2,
          signal: 'SIGKILL',
          pause,
        })
      })
      expect((await rest(fetch, 'GET', '/', elastic)).status).toBe(200)
      await eventually(async () => {
        await rest(fetch, 'GET', '/', elastic)
        const pid = pidOf(2)
        expect(pid).not.toBe(killed)
        expect(workers()).toContain(pid)
      })
    }
    expect(sumOfActivations(await scraped())).toBe(before)
    await activate(4)
    expect(sumOfActivations(await scraped())).toBe(before + 4)
  })

  it('count on with what one of them has counted that is told to end', async () => {
    const before = sumOfActivations(await scraped())
    await activate(8)
    process.kill(pidOf(1), 'SIGTERM')
    await eventually(() => {
      expect(log().find(({ number, code }) => number === 1 && code === 0)).toBeDefined()
    })
    expect(sumOfActivations(await scraped())).toBe(before + 8)
    await eventually(() => {
      expect(workers()).toHaveLength(2)
    })
  })

  it('end with 0 on SIGTERM, and no process is left', async () => {
    const all = workers()
    expect(all).toHaveLength(2)
    await started().stop()
    expect(started().ending()).toMatch(/^it has ended with 0:/)
    expect(all.filter(isRunning)).toEqual([])
  })
})

describe('two workers without a port for metrics', { timeout: 60_000 }, () => {
  const {
    fetch,
    activate,
    gateway: started,
    workers,
  } = startedWith('audit: { destination: none }\nhttp: { max_connections: 20 }\n')

  it('each tell those of both, to who may monitor', async () => {
    expect((await rest(fetch, 'GET', '/metrics', nobody)).status).toBe(403)
    await activate(8)
    for (let time = 0; time < 4; time++) {
      const answer: Answered<unknown> = await rest(fetch, 'GET', '/metrics', elastic)
      expect([answer.status, sumOfActivations(String(answer.body))]).toEqual([200, 8])
    }
  })

  it('close the connections beyond what they may have, each of them as many', async () => {
    const { hostname, port } = new URL(started().address)
    let closed = 0
    const sockets = Array.from({ length: 60 }, () =>
      connect(Number(port), hostname)
        .on('error', () => undefined)
        .on('close', () => (closed += 1)),
    )
    await eventually(() => {
      expect(closed).toBeGreaterThanOrEqual(20)
    })
    for (const socket of sockets) socket.destroy()
    await eventually(async () => {
      expect((await rest(fetch, 'GET', '/', elastic)).status).toBe(200)
    })
  })

  it('end by themselves, after the requests under way, when the process is killed that has started them', async () => {
    const all = workers()
    const { hostname, port } = new URL(started().address)
    const sockets = await Promise.all(
      all.map(async () => {
        const socket = connect(Number(port), hostname)
        const headers = `Host: gateway\r\nAuthorization: ${basic(elastic)}\r\nContent-Length: 2\r\nExpect: 100-continue`
        socket.write(
          `PUT /_security/role/late HTTP/1.1\r\nContent-Type: application/json\r\n${headers}\r\n\r\n`,
        )
        await once(socket, 'data')
        return socket
      }),
    )
    process.kill(started().pid, 'SIGKILL')
    await eventually(() => {
      expect(isRunning(started().pid)).toBe(false)
    })
    for (const socket of sockets) {
      socket.write('{}')
      const [answer] = (await once(socket, 'data')) as [Buffer]
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /)
      socket.destroy()
    }
    await eventually(() => {
      expect(all.filter(isRunning)).toEqual([])
    })
  })
})

describe('two workers of which one stands still', { timeout: 60_000 }, () => {
  const { gateway: started, workers, log } = startedWith('', '--adopt-realms')

  it('have had realms adopted once, by the first', () => {
    const adopted = log().filter(({ msg }) => msg === 'all gateways are to agree on these realms')
    expect(adopted.map(({ worker }) => worker)).toEqual([1])
  })

  it('end in time though one of them does not, told so each for itself too, as by a terminal', async () => {
    const all = workers()
    const frozen = log().find(({ worker }) => worker === 1)?.pid ?? 0
    expect(all).toContain(frozen)
    onTestFinished(() => {
      if (isRunning(frozen)) process.kill(frozen, 'SIGKILL')
    })
    process.kill(frozen, 'SIGSTOP')
    for (const pid of [started().pid, ...all]) process.kill(pid, 'SIGINT')
    await eventually(() => {
      expect(started().ending()).toMatch(/^it has ended with 1:/)
    })
    expect(all.filter(isRunning)).toEqual([])
  })
})

describe('two workers at a terminal, without gateway.yml', { timeout: 60_000 }, () => {
  it.skipIf(noTerminal)(
    `go on after SIGHUP, each of which says so, and end once the terminal is closed${noTerminal}`,
    async () => {
      const environment = { DATABASE_URL: database.url, ELASTIC_PASSWORD: elastic.password }
      const terminal = atTerminal(
        `exec ${gatewayCommand} serve --workers 2`,
        await temporaryFolder(),
        environment,
      )
      await terminal.address()
      const [pid = 0] = childrenOf(terminal.child.pid)
      const all = [pid, ...childrenOf(pid)]
      process.kill(pid, 'SIGHUP')
      for (const worker of [1, 2])
        await terminal.says(new RegExp(`"worker":${worker},"msg":"(there is nothing to read anew)`))
      expect(all.filter(isRunning)).toEqual(all)
      await terminal.stop('SIGKILL')
      await eventually(() => {
        expect(all.filter(isRunning)).toEqual([])
      })
    },
  )
})

describe('workers that cannot be', { timeout: 60_000 }, () => {
  const withPassword = { ELASTIC_PASSWORD: elastic.password }

  it.each(['0', '-1', '1.5', '1000', 'two'])('are refused as %s', async (number) => {
    const refused = gateway(['serve', `--workers=${number}`], await temporaryFolder(), withPassword)
    expect(await refused.ended).toBe(64)
    expect(refused.err).toContain('Expected a whole number from 1 to 999.')
  })

  it('are refused on SQLite, which one process has for itself', async () => {
    const folder = await temporaryFolder()
    const refused = gateway(['serve', '--workers', '2'], folder, withPassword)
    expect(await refused.ended).toBe(78)
    expect(refused.err).toBe(
      'profile-gateway: --workers needs PostgreSQL: a file of SQLite is for one process\n',
    )
    expect(readdirSync(folder)).toEqual([])
  })

  it('are one where one is asked for, in the process itself', async () => {
    const served = gateway(['serve', '--workers', '1'], await temporaryFolder(), withPassword)
    await served.address()
    expect(childrenOf(served.child.pid).map(commandOf)).toEqual([expect.stringContaining('hasher')])
    expect(await served.stop()).toBe(0)
  })

  it('end all with the exit code of the first that cannot start, which says why', async () => {
    const taken = createServer()
    taken.listen(0, '127.0.0.1')
    onTestFinished(() => void taken.close())
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const environment = { ...withPassword, DATABASE_URL: database.url, PORT: String(port) }
    const refused = gateway(['serve', '--workers', '2'], await temporaryFolder(), environment)
    expect(await refused.ended).toBe(78)
    expect(refused.err).toBe(
      `profile-gateway: cannot listen on 127.0.0.1:${port} (HOST, PORT): another program listens there (EADDRINUSE)\n`,
    )
  })
})
