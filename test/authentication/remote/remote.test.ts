import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  createRemote,
  type RemoteParts,
  type RemoteRequest,
} from '../../../src/authentication/remote/remote.ts'
import type { Source } from '../../../src/authentication/source.ts'
import { eventually } from '../jwt/eventually.ts'
import { startIssuer, startSpeaker } from '../jwt/issuer.ts'
import { source } from '../../support/attempts.ts'

const question: RemoteRequest = { method: 'GET', headers: { authorization: 'Basic s3cret' } }

/** A remote that is patient and without TLS of its own, if the test wants nothing else, and what is heard of it. */
function watchedRemote(parts: Partial<RemoteParts> = {}) {
  const seen = { now: 1_000_000, reports: [] as (string | null)[], refused: [] as (Source | null)[] }
  const remote = createRemote({
    connectTimeout: 20_000,
    readTimeout: 20_000,
    socketTimeout: 20_000,
    maxConnections: 200,
    certificateAuthorities: [],
    verificationMode: 'full',
    clock: () => seen.now,
    report: (reason) => seen.reports.push(reason),
    reportFull: (refused) => seen.refused.push(refused),
    ...parts,
  })
  onTestFinished(() => remote.close())
  const ask = (...urls: string[]) => remote.ask(urls, question, source)
  const askFrom = (from: Source, url: string) => remote.ask([url], question, from)
  const send = (url: string, request: RemoteRequest) => remote.ask([url], request, source)
  /** Why nothing came back. */
  async function failure(...urls: string[]): Promise<string> {
    const thrown: unknown = await ask(...urls).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code: 'UNAVAILABLE', cause: expect.any(Error) as Error })
    expect(inspect(thrown, { depth: 9, showHidden: true })).not.toContain('s3cret')
    return (thrown as { cause: Error }).cause.message
  }
  return { ...remote, seen, ask, askFrom, send, failure }
}

const never = () => undefined
const originOf = ({ url }: { url: string }) => new URL(url).origin
const asked = ({ requests }: { requests: unknown[] }) => requests.length

describe('a server that is asked', () => {
  it('gets what there is to ask, and its answer comes back as it is', async () => {
    const bodies: string[] = []
    const server = await startIssuer((request, response) => {
      void text(request).then((body) => {
        bodies.push(body)
        response.writeHead(401, { 'X-One': 'a', 'set-cookie': ['b', 'c'] }).end('größer')
      })
    })
    const request = { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: 'größer?' } as const
    const answer = await watchedRemote().send(server.url, request)
    expect(answer).toMatchObject({
      status: 401,
      headers: { 'x-one': 'a', 'set-cookie': 'b, c' },
      body: 'größer',
    })
    const [{ method, url, headers } = {}] = server.requests
    expect({ method, url, bodies }).toEqual({ method: 'POST', url: '/jwks?of=us', bodies: ['größer?'] })
    expect(headers).toMatchObject({
      'content-type': 'text/plain',
      'accept-encoding': 'identity',
      'user-agent': 'profile-gateway',
    })
    expect(headers).not.toHaveProperty('authorization')
  })

  it('is asked on the same connections again and again, and none is left when it is over', async () => {
    const ports = new Set<unknown>()
    const server = await startIssuer(({ socket }, response) => {
      ports.add(socket.remotePort)
      response.end('answer')
    })
    const { ask, close } = watchedRemote()
    for (let time = 0; time < 20; time++) await ask(server.url)
    expect(ports.size).toBeLessThanOrEqual(2)
    close()
    await eventually(server.connections).toBe(0)
  })

  it('is asked at most so many times at once, and four times as many wait, a quarter of them of one source', async () => {
    const waiting: ServerResponse[] = []
    const server = await startIssuer((_, response) => waiting.push(response))
    const { askFrom, seen } = watchedRemote({ maxConnections: 2 })
    const asked = (from: Source) =>
      askFrom(from, server.url).then(
        ({ body }) => body,
        (error: unknown) => error,
      )
    const flooding = Array.from({ length: 9 }, () => asked(source))
    const others = ['a', 'b', 'c'].flatMap((key) => [1, 2, 3].map(() => asked({ ...source, key })))
    const grants = [1, 2].map(() => asked({ lane: 'grants', key: source.key }))
    await eventually(() => waiting).toHaveLength(2)
    const message = 'too many requests wait for the server of a realm, try again later'
    const refused = [...flooding.slice(4), ...others.filter((_, index) => index % 3 === 2)]
    for (const one of await Promise.all(refused)) {
      expect(one).toMatchObject({ code: 'UNAVAILABLE', message, retryAfterSeconds: 1 })
    }
    for (let answered = 0; answered < 12; answered++) {
      await eventually(() => waiting.length).toBeGreaterThan(answered)
      expect(waiting.length - answered).toBeLessThanOrEqual(2)
      waiting[answered]?.end('answer')
    }
    const served = [...flooding, ...others, ...grants].filter((one) => !refused.includes(one))
    expect(await Promise.all(served)).toEqual(Array(12).fill('answer'))
    expect(seen.refused).toEqual([source, null])
  })

  it.each([301, 302, 303, 307, 308])('is not followed where it redirects with %d', async (status) => {
    const elsewhere = await startIssuer((_, response) => response.end('elsewhere'))
    const server = await startIssuer((_, response) =>
      response.writeHead(status, { location: elsewhere.url }).end(),
    )
    expect(await watchedRemote().ask(server.url)).toMatchObject({ status })
    expect(asked(elsewhere)).toBe(0)
  })

  it('may answer with 1 MiB and no more', async () => {
    const server = await startIssuer((_, response) => response.end('x'.repeat(1_048_576)))
    const { ask, failure } = watchedRemote()
    expect((await ask(server.url)).body).toHaveLength(1_048_576)
    const tooLong = `${originOf(server)}: its answer is longer than 1048576 bytes`
    server.answer = (_, response) => response.end('x'.repeat(1_048_577))
    expect(await failure(server.url)).toBe(tooLong)
    server.answer = (_, response) => endless(response)
    expect(await failure(server.url)).toBe(tooLong)
    await eventually(server.connections).toBe(0)
  })
})

describe('a server that cannot be asked', () => {
  it.each([429, 500, 502, 503, 504])('says so itself with status %d', async (status) => {
    const server = await startIssuer((_, response) => response.writeHead(status).end('s3cret'))
    expect(await watchedRemote().failure(server.url)).toBe(
      `${originOf(server)}: it answers with status ${status}`,
    )
  })

  it('listens to nobody', async () => {
    expect(await watchedRemote().failure('http://127.0.0.1:1/')).toBe(
      'http://127.0.0.1:1: it cannot be asked: ECONNREFUSED',
    )
  })

  it('has no address', async () => {
    expect(await watchedRemote().failure('http://nobody.invalid/')).toMatch(
      /^http:\/\/nobody\.invalid: it cannot be asked: E[A-Z_]+$/,
    )
  })

  it.each([
    ['no HTTP', 's3cret\r\n\r\n'],
    ['of another protocol', 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: s3cret\r\n\r\ns3cret'],
    ['all head', `HTTP/1.1 200 OK\r\nX-Long: ${'s3cret'.repeat(10_000)}\r\n\r\n`],
    ['of two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\ns3cret'],
    ['half of an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\ns3cret'],
    ['nothing', ''],
  ])('says what is %s, and nothing of it is repeated', async (_, said) => {
    const port = await startSpeaker((socket) => void socket.once('data', () => socket.end(said)))
    expect(await watchedRemote().failure(`http://127.0.0.1:${port}/`)).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+: it (cannot be asked: UND_ERR_[A-Z_]+|does not speak HTTP)$/,
    )
  })

  it('does not stand in the way of the next address, which then is the first', async () => {
    const sound = await startIssuer((_, response) => response.end('sound'))
    const faulty = await startIssuer((_, response) => response.writeHead(503).end())
    const { ask, seen } = watchedRemote()
    const addresses = ['http://127.0.0.1:1/', faulty.url, sound.url]
    for (let time = 0; time < 3; time++) expect((await ask(...addresses)).body).toBe('sound')
    expect([asked(faulty), asked(sound)]).toEqual([1, 3])
    sound.answer = faulty.answer
    faulty.answer = (_, response) => response.end('mended')
    expect((await ask(...addresses)).body).toBe('mended')
    expect(seen.reports).toEqual([])
  })

  it('has one time for all of its addresses, and the others come first the next time', async () => {
    const silent = await Promise.all([1, 2, 3].map(() => startIssuer(never)))
    const { failure } = watchedRemote({ connectTimeout: 100, readTimeout: 200, socketTimeout: 5_000 })
    expect(await failure(...silent.map(({ url }) => url))).toContain('it has not answered within 300 ms')
    expect(silent.map(asked).slice(1), 'nobody else is asked once it is over').toEqual([0, 0])
    await failure(...silent.map(({ url }) => url))
    expect(silent.map(asked)).toEqual([1, 1, 0])
  })

  it('is named with each of its addresses', async () => {
    const server = await startIssuer((_, response) => response.writeHead(502).end())
    expect(await watchedRemote().failure('http://127.0.0.1:1/', server.url)).toBe(
      `http://127.0.0.1:1: it cannot be asked: ECONNREFUSED; ${originOf(server)}: it answers with status 502`,
    )
  })

  it('is left alone for a while after five failures in a row, and then tried once', async () => {
    const server = await startIssuer((_, response) => response.writeHead(500).end())
    const { ask, failure, seen, problem } = watchedRemote()
    for (let time = 0; time < 4; time++) await failure(server.url)
    await expect(ask(server.url)).rejects.toMatchObject({ isReported: true })
    const reason = `${originOf(server)}: it answers with status 500`
    expect([problem(), seen.reports]).toEqual(['it answers with status 500', [reason]])
    await expect(ask(server.url)).rejects.toMatchObject({ code: 'UNAVAILABLE', isReported: true })
    expect(asked(server)).toBe(5)
    server.answer = (_, response) => response.end('answer')
    seen.now += 1_000
    expect((await ask(server.url)).body).toBe('answer')
    expect([problem(), seen.reports]).toEqual([null, [reason, null]])
  })
})

describe('a server that keeps others waiting', () => {
  it('is given up where the connection does not stand in time, TLS included', async () => {
    const port = await startSpeaker(never)
    const { failure } = watchedRemote({ connectTimeout: 100 })
    expect(await failure(`https://127.0.0.1:${port}/`)).toMatch(/: it is not connected within 100 ms$/)
  })

  it('is given up where it says nothing', async () => {
    const server = await startIssuer(never)
    const { failure } = watchedRemote({ socketTimeout: 100 })
    expect(await failure(server.url)).toMatch(/: it is silent for 100 ms$/)
    await eventually(server.connections).toBe(0)
  })

  it('is given up where it falls silent in the middle', async () => {
    const server = await startIssuer((_, response) => response.write('half'))
    const { failure } = watchedRemote({ socketTimeout: 100 })
    expect(await failure(server.url)).toMatch(/: it is silent for 100 ms$/)
  })

  it('is given up where it drips', async () => {
    const server = await startIssuer((_, response) => {
      const dripping = setInterval(() => response.write(' '), 10)
      response.on('close', () => clearInterval(dripping))
    })
    const { failure } = watchedRemote({ connectTimeout: 100, readTimeout: 200 })
    expect(await failure(server.url)).toMatch(/: it has not answered within 300 ms$/)
    await eventually(server.connections).toBe(0)
  })

  it('is given up where its head drips', async () => {
    const port = await startSpeaker((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const dripping = setInterval(() => socket.write('X: x\r\n'), 10)
      socket.on('close', () => clearInterval(dripping))
    })
    const { failure } = watchedRemote({ connectTimeout: 100, readTimeout: 200 })
    expect(await failure(`http://127.0.0.1:${port}/`)).toMatch(/: it has not answered within 300 ms$/)
  })
})

describe('a server to which more comes than it can answer', () => {
  it('is asked by nobody who has waited more than half of the time, and by all others', async () => {
    const server = await startIssuer(
      (_, response) => void setTimeout(1_200).then(() => response.end('answer')),
    )
    const { ask, askFrom, isPaused, seen } = watchedRemote({
      ...{ maxConnections: 6, connectTimeout: 2_000, readTimeout: 2_000 },
    })
    // Six are asked, and as many of each source wait as there is room for: two more rounds, if nobody is refused.
    const sources = ['a', 'b', 'c', 'd'].flatMap((key) => Array<Source>(6).fill({ ...source, key }))
    const questions = [...Array<Source>(6).fill(source), ...sources].map((from) => askFrom(from, server.url))
    const outcomes = await Promise.allSettled(questions)
    expect(seen.reports).toEqual([])
    const served = outcomes.filter(({ status }) => status === 'fulfilled')
    const refused = outcomes.filter((one) => one.status === 'rejected').map(({ reason }) => reason as unknown)
    expect([served.length, refused.length > 0]).toEqual([asked(server), true])
    const message = 'too many requests wait for the server of a realm, try again later'
    for (const one of refused)
      expect(one).toMatchObject({ code: 'UNAVAILABLE', message, retryAfterSeconds: 1 })
    expect(isPaused()).toBe(false)
    expect((await ask(server.url)).body).toBe('answer')
  })

  it('is not to blame where it had less than all of the time, since others were answered first', async () => {
    const waiting: ServerResponse[] = []
    const server = await startIssuer((_, response) => waiting.push(response))
    const parts = { maxConnections: 5, connectTimeout: 500, readTimeout: 500 }
    const { askFrom, isPaused, seen } = watchedRemote(parts)
    const five = ['a', 'b', 'c', 'd', 'e'].map((key) => ({ ...source, key }))
    const askAll = () => five.map((from) => askFrom(from, server.url))
    const first = askAll()
    const second = askAll()
    await eventually(() => waiting).toHaveLength(5)
    for (const response of waiting.splice(0)) response.end('answer')
    await Promise.allSettled(first)
    for (const { status } of await Promise.allSettled(second)) expect(status).toBe('rejected')
    expect(seen.reports).toEqual([])
    await Promise.allSettled(askAll())
    expect(isPaused(), 'all of the time is enough').toBe(true)
  })

  it('keeps nobody waiting for longer than all of the time, whosever turn it is', async () => {
    const waiting: ServerResponse[] = []
    const server = await startIssuer((_, response) => waiting.push(response))
    const { askFrom } = watchedRemote({ maxConnections: 2, connectTimeout: 2_000, readTimeout: 2_000 })
    const askFor = (key: string) => {
      const outcome = { isOver: false }
      const answer = askFrom({ ...source, key }, server.url)
      const over = Promise.allSettled([answer]).then(() => (outcome.isOver = true))
      return { outcome, over, answer }
    }
    const early = ['a', 'a', 'b', 'b', 'c', 'c'].map(askFor)
    await eventually(() => waiting).toHaveLength(2)
    await setTimeout(1_000)
    const late = ['d', 'e'].map(askFor)
    // Of b and of c one each is asked, then d and e: what is left of b and c came long before, and is next.
    for (let answered = 0; answered < 4; answered++) {
      await eventually(() => waiting.length).toBeGreaterThan(answered)
      waiting[answered]?.end('answer')
    }
    const left = early.filter((_, index) => index === 3 || index === 5)
    await Promise.all(left.map(({ over }) => over))
    for (const { answer } of left) await expect(answer).rejects.toMatchObject({ retryAfterSeconds: 1 })
    expect(late.map(({ outcome }) => outcome.isOver)).toEqual([false, false])
  })

  it('is left alone if it answers nobody, however many wait', async () => {
    const server = await startIssuer(never)
    const { ask, isPaused } = watchedRemote({ maxConnections: 2, connectTimeout: 100, readTimeout: 200 })
    await eventually(() => {
      void ask(server.url).catch(() => undefined)
      return isPaused()
    }).toBe(true)
  })
})

describe('a server with TLS', () => {
  const pem = (name: string) => readFileSync(join(import.meta.dirname, '../../support/tls', name), 'utf8')
  const [authority, another] = [pem('authority.pem'), pem('anotherAuthority.pem')]
  const certified = { cert: pem('server.pem'), key: pem('server.key.pem') }
  const serverAt = async (host: string) => {
    const server = await startIssuer((_, response) => response.end('answer'), certified)
    return server.url.replace('127.0.0.1', host)
  }

  it.each([
    ['full', 'localhost', 'its authority', [authority]],
    ['full', 'localhost', 'one of two', [another, authority]],
    ['certificate', '127.0.0.1', 'its authority', [authority]],
    ['none', '127.0.0.1', 'nobody', []],
  ] as const)(
    'is believed with %s at %s, vouched for by %s',
    async (verificationMode, host, _, authorities) => {
      const { ask } = watchedRemote({ verificationMode, certificateAuthorities: authorities })
      expect((await ask(await serverAt(host))).body).toBe('answer')
    },
  )

  it.each([
    ['full', '127.0.0.1', 'ERR_TLS_CERT_ALTNAME_INVALID', [authority]],
    ['full', 'localhost', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', []],
    ['full', 'localhost', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', [another]],
    ['certificate', 'localhost', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', [another]],
  ] as const)('is not believed with %s at %s: %s', async (verificationMode, host, code, authorities) => {
    const { failure } = watchedRemote({ verificationMode, certificateAuthorities: authorities })
    const url = await serverAt(host)
    for (let time = 0; time < 3; time++)
      expect(await failure(url)).toBe(`${new URL(url).origin}: it cannot be asked: ${code}`)
  })

  it('shows its certificate on each connection', async () => {
    const resumed: boolean[] = []
    const server = await startIssuer(({ socket }, response) => {
      resumed.push((socket as TLSSocket).isSessionReused())
      response.writeHead(200, { connection: 'close' }).end('answer')
    }, certified)
    const { ask } = watchedRemote({ certificateAuthorities: [authority], verificationMode: 'certificate' })
    for (let time = 0; time < 3; time++) await ask(server.url.replace('127.0.0.1', 'localhost'))
    expect(resumed).toEqual([false, false, false])
  })

  it('is none where it speaks HTTP alone', async () => {
    const { url } = await startIssuer((_, response) => response.end('s3cret'))
    expect(await watchedRemote().failure(url.replace('http:', 'https:'))).toMatch(
      /: it cannot be asked: [A-Z_]+$/,
    )
  })
})

function endless(response: ServerResponse): void {
  while (response.write(Buffer.alloc(65_536, ' ')));
  response.once('drain', () => endless(response))
}
