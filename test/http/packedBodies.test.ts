import { createGunzip, deflateRawSync, deflateSync, gzipSync, type Gunzip } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createReadBody } from '../../src/http/body.ts'
import { unpacked } from '../../src/http/contentCoding.ts'
import { jacknich, jacknichUid, loginBackend, provision } from '../support/people.ts'
import { basic, createTestApp, elastic, overSocket, rest, type Fetch } from '../support/testApp.ts'
import { startBodyServer } from './bodyServer.ts'
import { openSocket } from './rawSocket.ts'

const mb = 1_048_576
const path = '/_security/profile/_activate'
const activation = JSON.stringify({ grant_type: 'password', ...jacknich })
const operation = JSON.stringify({
  query: 'mutation ($grant: GrantInput!) { activateProfile(grant: $grant) { ... on Profile { uid } } }',
  variables: { grant: { password: jacknich } },
})
const damaged = 'the request body is damaged, or not packed as [Content-Encoding] says'
const unknown = '[Content-Encoding] must be gzip or deflate'

const app = await createTestApp({ settings: 'http: { max_content_length: 1mb, max_content_under_way: 4mb }' })
let address: string
let fetch: Fetch
beforeAll(async () => {
  address = await app.app.listen()
  fetch = overSocket(address)
  await provision(fetch)
})
afterAll(async () => {
  await app.close()
  expect(app.logs()).not.toMatch(/"level":[56]0/)
})

async function post(to: string, coding: string, body?: Buffer): Promise<{ status: number; text: string }> {
  const response = await fetch(to, {
    method: 'POST',
    headers: {
      authorization: basic(loginBackend),
      'content-type': 'application/json',
      'content-encoding': coding,
    },
    ...(body && { body: new Uint8Array(body) }),
  })
  return { status: response.status, text: await response.text() }
}

describe('a packed body', () => {
  it.each([
    ['gzip', gzipSync],
    ['GZip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['identity', (text: string) => Buffer.from(text)],
    ['', (text: string) => Buffer.from(text)],
  ])('is read at both doors: %j', async (coding, pack) => {
    for (const [to, text] of [
      [path, activation],
      ['/graphql', operation],
    ] as const) {
      const answer = await post(to, coding, pack(text))
      expect(answer).toEqual({ status: 200, text: expect.stringContaining(jacknichUid) as string })
    }
  })

  it('can come in several parts, one behind the other, and in many pieces', async () => {
    const bytes = Buffer.concat([gzipSync(activation.slice(0, 9)), gzipSync(activation.slice(9))])
    expect(await post(path, 'gzip', bytes)).toMatchObject({ status: 200 })
    const { send, answers } = await openSocket(address)
    send(
      `POST ${path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: ${basic(elastic)}\r\nConnection: close\r\n`,
    )
    send('Content-Type: application/json\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n')
    for (const byte of bytes) send(`1\r\n${String.fromCharCode(byte)}\r\n`)
    send('0\r\n\r\n')
    expect(await answers()).toMatchObject([{ status: 200 }])
  })

  it('is as large as a plain one can be, packed well or badly', async () => {
    const padding = ' '.repeat(mb - activation.length)
    const level = 0
    for (const bytes of [
      gzipSync(padding + activation),
      gzipSync(padding.slice(1_000) + activation, { level }),
    ])
      expect(await post(path, 'gzip', bytes)).toMatchObject({ status: 200 })
  })

  it.each([
    ['no gzip', 'gzip', Buffer.from(activation)],
    ['deflate in place of gzip', 'gzip', deflateSync(activation)],
    ['gzip in place of deflate', 'deflate', gzipSync(activation)],
    ['deflate without its frame', 'deflate', deflateRawSync(activation)],
    ['cut off', 'gzip', gzipSync(activation).subarray(0, -1)],
    ['cut off', 'deflate', deflateSync(activation).subarray(0, -1)],
    ['its first byte', 'gzip', gzipSync(activation).subarray(0, 1)],
    ['followed by something else', 'gzip', Buffer.concat([gzipSync(activation), Buffer.from('{}')])],
    ['followed by zeros', 'gzip', Buffer.concat([gzipSync(activation), Buffer.alloc(9)])],
    ['followed by something else', 'deflate', Buffer.concat([deflateSync(activation), Buffer.from('{}')])],
    ['altered', 'gzip', gzipSync(activation).fill('x', 20, 30)],
    ['of a dictionary', 'deflate', deflateSync(activation, { dictionary: Buffer.from(activation) })],
  ])('that is %s is refused, and not repeated: %s', async (_, coding, bytes) => {
    for (const to of [path, '/graphql']) {
      const { status, text } = await post(to, coding, bytes)
      expect(status).toBe(400)
      expect(text).toContain(damaged)
      expect(text).not.toContain(jacknich.password)
    }
  })

  it.each(['br', 'zstd', 'compress', 'gzip, gzip', 'identity, gzip', 'gzip;q=1', 'constructor'])(
    'of another coding is refused, and not repeated: %s',
    async (coding) => {
      for (const to of [path, '/graphql']) {
        const { status, text } = await post(to, coding, gzipSync(activation))
        expect(status).toBe(400)
        expect(text).toContain(unknown)
        expect(text.replaceAll(unknown, '')).not.toContain(coding)
      }
    },
  )

  it.each(['gzip', 'deflate', 'br', 'gzip, gzip'])(
    'that is none is one that is not there: %s',
    async (coding) => {
      const plain = await rest(fetch, 'POST', path, loginBackend)
      const { status, text } = await post(path, coding)
      expect([status, JSON.parse(text)]).toEqual([plain.status, plain.body])
      const headers = { authorization: basic(elastic), 'content-encoding': coding }
      expect((await fetch('/', { headers })).status).toBe(200)
    },
  )

  it('of nothing is one that is empty', async () => {
    const plain = await rest(fetch, 'POST', path, loginBackend, '')
    const { status, text } = await post(path, 'gzip', gzipSync(''))
    expect([status, JSON.parse(text)]).toEqual([plain.status, plain.body])
  })

  it('that breaks off is told so', async () => {
    const { socket, answers } = await openSocket(address)
    const head = `POST ${path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: ${basic(elastic)}\r\n`
    const half = gzipSync(activation).subarray(0, 50).toString('latin1')
    socket.end(Buffer.from(`${head}Content-Encoding: gzip\r\nContent-Length: 99\r\n\r\n${half}`, 'latin1'))
    expect(await answers()).toMatchObject([{ status: 400 }])
  })

  it('is let go of, and unpacked no further, when nobody reads on', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * mb))
    const made: Gunzip[] = []
    for await (const chunk of unpacked(bomb, (options) => (made[0] = createGunzip(options)))) {
      expect(chunk.length).toBeLessThanOrEqual(65_536)
      break
    }
    expect(made[0]?.destroyed).toBe(true)
    expect(made[0]?.bytesWritten).toBeLessThan(bomb.length / 10)
  })
})

describe('a small body that unpacks to a large one', () => {
  const bombs = [gzipSync(Buffer.alloc(20 * mb, ' ')), deflateSync(Buffer.alloc(20 * mb, ' '))] as const

  it.each([
    ['gzip', bombs[0]],
    ['deflate', bombs[1]],
  ])('is refused as that one, and leaves all of the room: %s', async (coding, bomb) => {
    const plain = await rest(fetch, 'POST', path, loginBackend, ' '.repeat(mb + 1))
    expect(plain.status).toBe(413)
    for (let n = 0; n < 10; n++) {
      const { status, text } = await post(path, coding, bomb)
      expect([status, JSON.parse(text)]).toEqual([413, plain.body])
      const answer = await post('/graphql', coding, bomb)
      expect(answer.status).toBe(413)
      expect(answer.text).toContain(`the request body is larger than ${mb} bytes`)
    }
    const padded = gzipSync(' '.repeat(mb - activation.length) + activation)
    expect(await post(path, 'gzip', padded)).toMatchObject({ status: 200 })
  })

  it('is refused where it is packed into one that is too large itself', async () => {
    // Members of gzip without content.
    const nothing = Buffer.alloc(mb + 20, gzipSync(''))
    expect(await post(path, 'gzip', nothing)).toMatchObject({ status: 413 })
  })

  it('leaves nothing behind where its sender goes away', async () => {
    const head = `POST ${path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: ${basic(elastic)}\r\nContent-Encoding: gzip\r\n`
    const large = gzipSync(Buffer.alloc(mb, ' '))
    for (let n = 0; n < 20; n++) {
      const { socket, send } = await openSocket(address)
      send(`${head}Content-Length: ${large.length}\r\n\r\n${large.toString('latin1')}`)
      await rest(fetch, 'GET', '/', elastic)
      socket.resetAndDestroy()
    }
    const padded = gzipSync(' '.repeat(mb - activation.length) + activation)
    for (let n = 0; n < 10; n++) expect(await post(path, 'gzip', padded)).toMatchObject({ status: 200 })
  })

  it('finds no room beside many others, and leaves it to small ones and to the next', async () => {
    const large = gzipSync(Buffer.alloc(mb, ' '))
    const many = await Promise.all(Array.from({ length: 60 }, () => post(path, 'gzip', large)))
    const refused = many.filter(({ status }) => status === 503)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]?.text).toContain('the bodies of too many requests are under way, try again later')
    expect(many.filter(({ status }) => status === 400).length).toBe(60 - refused.length)
    expect(await post(path, 'gzip', gzipSync(activation))).toMatchObject({ status: 200 })
    expect(await post('/graphql', 'gzip', bombs[0])).toMatchObject({ status: 413 })
  })
})

describe('all bodies together', () => {
  it('hold what they unpack to until the work with them is over', async () => {
    const gate = Promise.withResolvers<undefined>()
    const working = Promise.withResolvers<undefined>()
    const there = await startBodyServer({
      readBody: createReadBody(600_000, () => undefined),
      limit: 400_000,
      work() {
        working.resolve(undefined)
        return gate.promise
      },
    })
    const body = new Uint8Array(gzipSync(Buffer.alloc(400_000)))
    const send = () => there('/', { method: 'POST', headers: { 'content-encoding': 'gzip' }, body })
    const first = send()
    await working.promise
    expect((await send()).status).toBe(503)
    gate.resolve(undefined)
    expect((await first).status).toBe(200)
    await expect.poll(async () => (await send()).status).toBe(200)
  })

  it('may be one, which alone is larger with what it is packed in', async () => {
    const equal = 'http: { max_content_length: 1mb, max_content_under_way: 1mb }'
    const small = await createTestApp({ settings: equal })
    onTestFinished(small.close)
    const body = new Uint8Array(gzipSync(Buffer.alloc(mb, ' '), { level: 1 }))
    const headers = {
      authorization: basic(elastic),
      'content-encoding': 'gzip',
      'content-type': 'application/json',
    }
    expect((await small.fetch(path, { method: 'POST', headers, body })).status).toBe(400)
  })
})
