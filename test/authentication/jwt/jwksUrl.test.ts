import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { eventually } from './eventually.ts'
import { jwksUrl, startIssuer, startSpeaker } from './issuer.ts'

const { signal } = new AbortController()
const tooLong = 'it is longer than 1048576 bytes'
const never = () => undefined

describe('keys at a URL', () => {
  it('are asked for plainly, on a connection of their own', async () => {
    const issuer = await startIssuer((_, response) => response.end('{"keys":[]}'))
    const read = jwksUrl(issuer.url)
    expect(await read(signal)).toEqual({ text: '{"keys":[]}', maxAge: null })
    expect(await read(signal)).toMatchObject({ text: '{"keys":[]}' })
    const [{ method, url, headers } = {}] = issuer.requests
    expect({ method, url }).toEqual({ method: 'GET', url: '/jwks?of=us' })
    expect(headers).toMatchObject({
      accept: 'application/jwk-set+json, application/json',
      'accept-encoding': 'identity',
      connection: 'close',
    })
    await eventually(issuer.connections).toBe(0)
  })

  it.each([
    ['max-age=300', 300_000],
    ['public, Max-Age=0, must-revalidate', 0],
    ['max-age="60"', 60_000],
    ['s-maxage=5, max-age=10, max-age=20', 10_000],
    ['no-store', 0],
    ['max-age=300, no-cache', 0],
    ['no-cache="set-cookie", max-age=300', 0],
    ['private', null],
    ['max-age=-1', null],
    ['max-age=soon', null],
    ['', null],
  ])('with Cache-Control: %s hold for %s milliseconds', async (cacheControl, maxAge) => {
    const issuer = await startIssuer((_, response) =>
      response.setHeader('cache-control', cacheControl).end('x'),
    )
    expect(await jwksUrl(issuer.url)(signal)).toMatchObject({ maxAge })
  })

  it('may come in pieces, and cut through a character', async () => {
    const issuer = await startIssuer((_, response) => {
      const text = Buffer.from('größer')
      response.write(text.subarray(0, 3))
      setImmediate(() => response.end(text.subarray(3)))
    })
    expect(await jwksUrl(issuer.url)(signal)).toMatchObject({ text: 'größer' })
  })
})

describe('an answer that is not taken', () => {
  it.each([201, 204, 206, 304, 400, 401, 404, 429, 500, 503])('has the status %d', async (status) => {
    const issuer = await startIssuer((_, response) => response.writeHead(status).end('s3cret'))
    const reason = status === 304 ? 'it redirects with status 304' : `it answers with status ${status}`
    await expect(jwksUrl(issuer.url)(signal)).rejects.toThrow(new Error(reason))
    await eventually(issuer.connections).toBe(0)
  })

  it.each([301, 302, 303, 307, 308])('redirects with %d, and nobody goes there', async (status) => {
    const elsewhere = await startIssuer((_, response) => response.end('{"keys":[]}'))
    const head = { location: elsewhere.url }
    const issuer = await startIssuer((_, response) => response.writeHead(status, head).end())
    await expect(jwksUrl(issuer.url)(signal)).rejects.toThrow(new Error(`it redirects with status ${status}`))
    expect([issuer.requests.length, elsewhere.requests.length]).toEqual([1, 0])
  })

  it('says that it is longer than 1 MiB, and is not waited for', async () => {
    const issuer = await startIssuer((_, response) =>
      response.writeHead(200, { 'content-length': 1_048_577 }).flushHeaders(),
    )
    await expect(jwksUrl(issuer.url)(signal)).rejects.toThrow(new Error(tooLong))
    await eventually(issuer.connections).toBe(0)
  })

  it('is longer than 1 MiB without saying so, or never ends', async () => {
    const endless = (response: ServerResponse) => {
      while (response.write(Buffer.alloc(65_536, ' ')));
      response.once('drain', () => endless(response))
    }
    const long = await startIssuer(
      (_, response) => response.write('x') && response.end('x'.repeat(1_048_576)),
    )
    const issuer = await startIssuer((_, response) => endless(response))
    for (const { url, connections } of [long, issuer]) {
      await expect(jwksUrl(url)(signal)).rejects.toThrow(new Error(tooLong))
      await eventually(connections).toBe(0)
    }
  })

  it('is one byte longer than what is taken', async () => {
    const issuer = await startIssuer((_, response) => response.end('x'.repeat(1_048_576)))
    expect((await jwksUrl(issuer.url)(signal)).text).toHaveLength(1_048_576)
    issuer.answer = (_, response) => response.end('x'.repeat(1_048_577))
    await expect(jwksUrl(issuer.url)(signal)).rejects.toThrow(new Error(tooLong))
  })

  it.each(['gzip', 'br', 'deflate', 'identity, gzip', 'unknown', ''])(
    'has the encoding %j',
    async (encoding) => {
      const head = { 'content-encoding': encoding }
      const issuer = await startIssuer((_, response) =>
        response.writeHead(200, head).end(gzipSync('{"keys":[]}')),
      )
      await expect(jwksUrl(issuer.url)(signal)).rejects.toThrow(new Error('its content is encoded'))
    },
  )

  it('says that it is not encoded, but is', async () => {
    const head = { 'content-encoding': 'Identity' }
    const issuer = await startIssuer((_, response) => response.writeHead(200, head).end('plain'))
    expect(await jwksUrl(issuer.url)(signal)).toMatchObject({ text: 'plain' })
    issuer.answer = (_, response) => response.writeHead(200, head).end(gzipSync('{"keys":[]}'))
    await expect(jwksUrl(issuer.url)(signal)).rejects.toThrow(new Error('it is not UTF-8'))
  })

  it.each([[[0xff]], [[0xc3]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]]])('is not UTF-8: %j', async (bytes) => {
    const issuer = await startIssuer((_, response) => response.end(Buffer.from(bytes)))
    await expect(jwksUrl(issuer.url)(signal)).rejects.toThrow(new Error('it is not UTF-8'))
  })

  it('is cut short', async () => {
    const issuer = await startIssuer((_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('s3cret', () => response.destroy())
    })
    await expect(jwksUrl(issuer.url)(signal)).rejects.toThrow(new Error('ECONNRESET'))
  })

  it.each([
    ['no HTTP', 's3cret\r\n\r\n'],
    ['of another protocol', 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: s3cret\r\n\r\ns3cret'],
    ['all head', `HTTP/1.1 200 OK\r\nX-Long: ${'s3cret'.repeat(10_000)}\r\n\r\n`],
    ['of two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\ns3cret'],
    ['nothing', ''],
  ])('is %s, and nothing of it is repeated', async (_, text) => {
    const port = await startSpeaker((socket) => {
      socket.once('data', () => socket.end(text))
    })
    const failure: unknown = await jwksUrl(`http://127.0.0.1:${port}/`)(signal).catch(
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(Error)
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('s3cret')
  })
})

describe('a server that keeps others waiting', () => {
  it('is given up where the connection does not stand in time, TLS included', async () => {
    const port = await startSpeaker(never)
    const read = jwksUrl(`https://127.0.0.1:${port}/`, { connectTimeout: 50 })
    await expect(read(signal)).rejects.toThrow(new Error('it is not connected within 50 ms'))
  })

  it('is given up where it says nothing', async () => {
    const issuer = await startIssuer(never)
    const read = jwksUrl(issuer.url, { socketTimeout: 50 })
    await expect(read(signal)).rejects.toThrow(new Error('it is silent for 50 ms'))
    await eventually(issuer.connections).toBe(0)
  })

  it('is given up where it falls silent in the middle', async () => {
    const issuer = await startIssuer((_, response) => response.write('{"keys":'))
    const read = jwksUrl(issuer.url, { socketTimeout: 50 })
    await expect(read(signal)).rejects.toThrow(new Error('it is silent for 50 ms'))
  })

  it('is given up where it drips', async () => {
    const issuer = await startIssuer((_, response) => {
      const dripping = setInterval(() => response.write(' '), 10)
      response.on('close', () => clearInterval(dripping))
    })
    const read = jwksUrl(issuer.url, { readTimeout: 200 })
    await expect(read(signal)).rejects.toThrow(new Error('it is not read within 200 ms'))
    await eventually(issuer.connections).toBe(0)
  })

  it('is given up where its head drips', async () => {
    const port = await startSpeaker((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const dripping = setInterval(() => socket.write('X: x\r\n'), 10)
      socket.on('close', () => clearInterval(dripping))
    })
    const read = jwksUrl(`http://127.0.0.1:${port}/`, { readTimeout: 200 })
    await expect(read(signal)).rejects.toThrow(new Error('it is not read within 200 ms'))
  })

  it('is left as soon as nobody wants its answer any more', async () => {
    const issuer = await startIssuer(never)
    const controller = new AbortController()
    const reading = jwksUrl(issuer.url)(controller.signal)
    await eventually(() => issuer.requests).toHaveLength(1)
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(reading).rejects.toBe(reason)
    await eventually(issuer.connections).toBe(0)
  })

  it('is not asked at all where nobody wants its answer', async () => {
    const issuer = await startIssuer(never)
    await expect(jwksUrl(issuer.url)(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
    expect(issuer.requests).toEqual([])
  })

  it('does not matter where nobody listens', async () => {
    await expect(jwksUrl('http://127.0.0.1:1/')(signal)).rejects.toThrow(new Error('ECONNREFUSED'))
  })
})

describe('a server with TLS', () => {
  const pem = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8')
  const authority = pem('../../support/tls/authority.pem')
  const another = pem('../../support/tls/anotherAuthority.pem')
  const ofAuthority = {
    cert: pem('../../support/tls/server.pem'),
    key: pem('../../support/tls/server.key.pem'),
  }
  const selfSigned = { cert: pem('selfSigned.pem'), key: pem('selfSigned.key.pem') }

  const reading = async (
    tls: typeof ofAuthority,
    host: string,
    verificationMode: 'full' | 'certificate' | 'none',
    certificateAuthorities: string[],
  ) => {
    const { url } = await startIssuer((_, response) => response.end('{"keys":[]}'), tls)
    const parts = { verificationMode, certificateAuthorities }
    return jwksUrl(url.replace('127.0.0.1', host), parts)(signal)
  }

  it.each([
    ['full', 'localhost', 'an authority of ours', ofAuthority, [authority]],
    ['full', 'localhost', 'one of two', ofAuthority, [another, authority]],
    ['full', 'localhost', 'itself', selfSigned, [selfSigned.cert]],
    ['certificate', '127.0.0.1', 'an authority of ours', ofAuthority, [authority]],
    ['none', '127.0.0.1', 'an authority of ours', ofAuthority, [authority]],
    ['none', '127.0.0.1', 'nobody', ofAuthority, []],
    ['none', '127.0.0.1', 'itself', selfSigned, [another]],
  ] as const)('is believed with %s at %s, vouched for by %s', async (mode, host, _, tls, authorities) => {
    expect(await reading(tls, host, mode, [...authorities])).toMatchObject({ text: '{"keys":[]}' })
  })

  it.each([
    ['full', '127.0.0.1', 'ERR_TLS_CERT_ALTNAME_INVALID', ofAuthority, [authority]],
    ['full', 'localhost', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', ofAuthority, []],
    ['full', 'localhost', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', ofAuthority, [another]],
    ['full', 'localhost', 'DEPTH_ZERO_SELF_SIGNED_CERT', selfSigned, []],
    ['full', 'localhost', 'DEPTH_ZERO_SELF_SIGNED_CERT', selfSigned, [authority]],
    ['certificate', 'localhost', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', ofAuthority, [another]],
    ['certificate', 'localhost', 'DEPTH_ZERO_SELF_SIGNED_CERT', selfSigned, []],
  ] as const)('is not believed with %s at %s: %s', async (mode, host, code, tls, authorities) => {
    const reason = new Error(code)
    await expect(reading(tls, host, mode, [...authorities])).rejects.toThrow(reason)
  })

  it('shows its certificate each time', async () => {
    const resumed: boolean[] = []
    const issuer = await startIssuer(({ socket }, response) => {
      resumed.push((socket as TLSSocket).isSessionReused())
      response.end('{"keys":[]}')
    }, ofAuthority)
    const parts = { certificateAuthorities: [authority], verificationMode: 'certificate' } as const
    const read = jwksUrl(issuer.url.replace('127.0.0.1', 'localhost'), parts)
    for (let time = 0; time < 3; time++) await read(signal)
    expect(resumed).toEqual([false, false, false])
  })

  it('is believed no more for being asked again', async () => {
    const { url } = await startIssuer((_, response) => response.end('{"keys":[]}'), ofAuthority)
    const read = jwksUrl(url, { certificateAuthorities: [authority] })
    for (let time = 0; time < 3; time++) await expect(read(signal)).rejects.toThrow('ALTNAME')
  })

  it('is none where it speaks HTTP alone', async () => {
    const { url } = await startIssuer((_, response) => response.end('s3cret'))
    await expect(jwksUrl(url.replace('http:', 'https:'))(signal)).rejects.toThrow(/^\w+$/)
  })
})
