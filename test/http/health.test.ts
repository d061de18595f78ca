import { once } from 'node:events'
import { copyFile, rename } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { createReadiness } from '../../src/http/health.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { basic, createTestApp, elastic, overSocket, type Fetch } from '../support/testApp.ts'
import { databaseName } from '../support/testDatabase.ts'

describe('a gateway that is asked how it is', () => {
  const ready = { status: 200, body: { status: 'ready' } }
  let app: Awaited<ReturnType<typeof createTestApp>>
  let fetch: Fetch
  beforeAll(async () => {
    app = await createTestApp({ environment: { LOG_LEVEL: 'info' } })
    fetch = overSocket(await app.app.listen())
  })
  afterAll(() => app.close())

  const ask = async (path: string, method = 'GET') => {
    const response = await fetch(path, { method })
    const body = (method === 'HEAD' ? null : await response.json()) as object | null
    return { status: response.status, body }
  }

  it('says that it lives and that it is ready, to anybody, and not for later', async () => {
    expect(await ask('/health/live')).toEqual({ status: 200, body: { status: 'live' } })
    expect(await ask('/health/ready')).toEqual(ready)
    expect(await ask('/health/ready', 'HEAD')).toEqual({ status: 200, body: null })
    expect((await fetch('/health/ready')).headers.get('cache-control')).toBe('no-store')
  })

  it.each(['/health', '/health/', '/health/live/', '/health/readyness', '/HEALTH/live'])(
    'asks for credentials at %s, which is another address',
    async (path) => {
      expect(await ask(path)).toMatchObject({ status: 401 })
    },
  )

  it('takes no other method', async () => {
    expect(await ask('/health/ready', 'POST')).toMatchObject({ status: 401 })
  })

  it('is not ready while its database lacks a migration, or is ahead by two releases', async () => {
    await app.run(
      `UPDATE _prisma_migrations SET rolled_back_at = finished_at WHERE migration_name LIKE '%_init'`,
    )
    const reason = 'the database lacks migrations'
    expect(await ask('/health/ready')).toEqual({ status: 503, body: { status: 'not ready', reason } })
    expect(await ask('/health/live')).toMatchObject({ status: 200 })
    await app.run('UPDATE _prisma_migrations SET rolled_back_at = NULL')
    expect(await ask('/health/ready')).toEqual(ready)

    const columns = 'id, checksum, finished_at, logs, rolled_back_at, started_at, applied_steps_count'
    const names = ['99990101000000_r6_next', '99990101000000_r7_next']
    for (const name of names) {
      await app.run(
        `INSERT INTO _prisma_migrations (migration_name, ${columns}) SELECT '${name}', ${columns.replace('id,', `'${name}',`)}
         FROM _prisma_migrations WHERE migration_name LIKE '%_init'`,
      )
      expect(await ask('/health/ready')).toMatchObject({ status: name.includes('_r6_') ? 200 : 503 })
    }
    for (const name of names) {
      await app.run(`DELETE FROM _prisma_migrations WHERE migration_name = '${name}'`)
    }
    expect(await ask('/health/ready')).toEqual(ready)
  })

  it('logs nothing of it, unless everything is logged, but whoever asks for anything else there', async () => {
    const silent = await createTestApp()
    await silent.fetch('/health/ready')
    expect(silent.logs()).not.toMatch(/"level":30.*health/)
    await silent.fetch('/health/guess')
    expect(silent.logs()).toMatch(/"level":30.*"\/health\/guess","status":401/)
    await silent.close()
  })
})

describe.skipIf(databaseName !== 'sqlite')('a gateway whose file of SQLite is not there any more', () => {
  it.each(['removed', 'replaced'])('is not ready while it is %s, and the log says so once', async (how) => {
    const file = join(await temporaryFolder(), 'gateway.db')
    const app = await createTestApp({ environment: { DATABASE_URL: `file:${file}` } })
    const ready = async () => (await (await app.fetch('/health/ready')).json()) as object
    expect(await ready()).toEqual({ status: 'ready' })
    await rename(file, `${file}.away`)
    if (how === 'replaced') await copyFile(`${file}.away`, file)
    const reason = 'the file of the database has been removed or replaced: what is written now is lost'
    for (let time = 0; time < 2; time++)
      expect(await ready()).toEqual({
        status: 'not ready',
        reason: expect.stringContaining(reason) as string,
      })
    await rename(`${file}.away`, file)
    expect(await ready()).toEqual({ status: 'ready' })
    expect(app.logs().match(/not ready: the file of the database/g)).toHaveLength(1)
    await app.close()
  })
})

describe('a gateway that stops', () => {
  it('answers what still comes on open connections as ever, and says that it is not ready', async () => {
    const { app, close } = await createTestApp()
    const { hostname, port } = new URL(await app.listen())
    const ask = async (path: string) => {
      const socket = connect(Number(port), hostname)
      socket.write(`GET ${path} HTTP/1.1\r\nHost: gateway\r\n`)
      await once(app.server.server, 'connection')
      return () => {
        socket.write(`Authorization: ${basic(elastic)}\r\n\r\n`)
        return text(socket)
      }
    }
    const [probe, other] = [await ask('/health/ready'), await ask('/')]
    await new Promise((resolve) => setTimeout(resolve, 50))
    const closed = close()
    const [notReady, answered] = await Promise.all([probe(), other()])
    expect(notReady).toMatch(/^HTTP\/1.1 503 .*connection: close/s)
    expect(notReady).toContain('{"status":"not ready","reason":"the gateway is stopping"}')
    expect(answered).toMatch(/^HTTP\/1.1 200 .*X-elastic-product: Elasticsearch/is)
    await closed
    expect(await ended(connect(Number(port), hostname))).toBe('ECONNREFUSED')
  })
})

async function ended(socket: Socket): Promise<unknown> {
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  return error.code
}

describe('readiness', () => {
  afterEach(() => vi.useRealTimers())

  it('is asked for once at a time, however many ask', async () => {
    let checks = 0
    const answer = Promise.withResolvers<undefined>()
    const ready = createReadiness(() => {
      checks += 1
      return answer.promise
    })
    const asked = [ready(), ready(), ready()]
    answer.resolve(undefined)
    expect(await Promise.all(asked)).toMatchObject([{ status: 200 }, { status: 200 }, { status: 200 }])
    expect(checks).toBe(1)
    await ready()
    expect(checks).toBe(2)
  })

  it('is no after two seconds without an answer, and yes again when there is one', async () => {
    vi.useFakeTimers()
    const answers = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
    const ready = createReadiness(() => answers.shift()?.promise ?? Promise.resolve())
    const [first] = answers
    const asked = ready()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await asked).toEqual({
      status: 503,
      body: { status: 'not ready', reason: 'the database does not answer in time' },
    })
    first?.resolve(undefined)
    await vi.advanceTimersByTimeAsync(0)
    answers[0]?.resolve(undefined)
    expect(await ready()).toMatchObject({ status: 200 })
  })

  it('is told where it ends, for each reason, and where it is there again', async () => {
    vi.useFakeTimers()
    const told: unknown[] = []
    const checks = [
      () => Promise.reject(new Failure('UNAVAILABLE', 'away')),
      () => Promise.reject(new Failure('UNAVAILABLE', 'away')),
      () => Promise.reject(new Failure('CONFIGURATION', 'gone')),
      () => new Promise<void>((resolve) => void setTimeout(resolve, 2_600)),
    ]
    const ready = createReadiness(
      async () => checks.shift()?.(),
      () => ['a part is missing'],
      ({ status, body }) => told.push([status, body.reason]),
    )
    for (let time = 0; time < 5; time++) {
      const asked = ready()
      await vi.advanceTimersByTimeAsync(3_000)
      await asked
    }
    expect(told).toEqual([
      [503, 'away'],
      [503, 'gone'],
      [503, 'the database does not answer in time'],
      [200, 'a part is missing'],
    ])
  })

  it('says what a failure says, and of anything else nothing', async () => {
    const failing = createReadiness(() => Promise.reject(new Failure('UNAVAILABLE', 'try again later')))
    expect(await failing()).toMatchObject({ status: 503, body: { reason: 'try again later' } })
    const broken = createReadiness(() => Promise.reject(new Error('secret')))
    expect(await broken()).toMatchObject({ status: 503, body: { reason: 'internal error' } })
  })
})
