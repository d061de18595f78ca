import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { X509Certificate } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type ConnectionOptions } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { basic, createTestApp, elastic } from '../support/testApp.ts'
import { answersTo, openSocket } from './rawSocket.ts'

const folder = join(import.meta.dirname, '../support/tls')
const ca = readFileSync(join(folder, 'authority.pem'))
const own = mkdtempSync(join(tmpdir(), 'gateway-'))
/** Has what the gateway reads be one of the certificates that are there, with a key of one. */
const put = (certificate: string, key = certificate) => {
  copyFileSync(join(folder, `${certificate}.pem`), join(own, 'certificate.pem'))
  copyFileSync(join(folder, `${key}.key.pem`), join(own, 'key.pem'))
}
put('server')
const app = await createTestApp({
  settings: `tls: { certificate: ${own}/certificate.pem, key: ${own}/key.pem }\nhttp.header_timeout: 1s`,
})
let address: string
let port: number
beforeAll(async () => {
  address = await app.app.listen()
  port = Number(new URL(address).port)
})
afterAll(async () => {
  await app.close()
  rmSync(own, { recursive: true })
})

const options = () => ({ host: 'localhost', port, ca, family: 4 })

/** The certificate that a new connection meets. */
async function certificate(): Promise<string> {
  const socket = connect({ ...options(), rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256
}

const fingerprintOf = (name: string) =>
  new X509Certificate(readFileSync(join(folder, `${name}.pem`))).fingerprint256

/** How a handshake ends: with the version that was agreed on, or what it failed with. */
async function handshake(more: ConnectionOptions): Promise<string | null> {
  const socket = connect({ ...options(), ...more })
  return once(socket, 'secureConnect').then(
    () => {
      const version = socket.getProtocol()
      socket.destroy()
      return version
    },
    (error: unknown) => (error as NodeJS.ErrnoException).code ?? '',
  )
}

/** This client would speak versions that are too old. */
const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const

/** What is received of bytes that are sent without TLS. */
async function plain(bytes: string): Promise<string> {
  const { send, received } = await openSocket(address.replace('https', 'http'))
  send(bytes)
  return received()
}

describe('a gateway with a certificate', () => {
  it('answers by TLS, and tells browsers to come back by it alone', async () => {
    expect(address).toMatch(/^https:/)
    const sent = get({ ...options(), path: '/', headers: { authorization: basic(elastic) } })
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    answer.resume()
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000')
  })

  it('says so too of what it refuses', async () => {
    const socket = connect(options())
    let received = ''
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
    socket.write('JUNK\r\n\r\n')
    await once(socket, 'close')
    expect(received).toMatch(/^HTTP\/1\.1 400 .*strict-transport-security: max-age=31536000\r\n/s)
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async (version) => {
    expect(await handshake({ minVersion: version, maxVersion: version })).toBe(version)
  })

  it.each(['TLSv1', 'TLSv1.1'] as const)('does not speak %s', async (version) => {
    expect(await handshake({ ...old, minVersion: version, maxVersion: version })).toBe(
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    )
  })

  it('lets go of who speaks none of it, or nothing, without an answer that could be read', async () => {
    expect(await plain('GET / HTTP/1.1\r\nHost: gateway\r\n\r\n')).not.toContain('HTTP')
    expect(await answersTo(address, '')).toEqual([])
    expect(app.logs()).not.toMatch(/"level":[56]0/)
  })

  it.each([
    ['sends plain HTTP', () => plain('GET / HTTP/1.1\r\nHost: gateway\r\n\r\n'), 'http request'],
    ['speaks something else', () => plain('\0'.repeat(20)), 'wrong version number'],
    ['speaks an old version', () => handshake(old), 'unsupported protocol'],
  ])('says in its log why it let go of who %s', async (_, send, reason) => {
    const before = app.logs().length
    await send()
    await expect.poll(() => app.logs().slice(before)).toContain(`refused: TLS has failed: ${reason}`)
    expect(app.logs().slice(before)).toContain('"address":"127.0.0.1"')
  })

  it('says nothing of who only connects, as probes do', async () => {
    const before = app.logs().length
    const { socket } = await openSocket(address.replace('https', 'http'))
    socket.destroy()
    expect(await handshake({})).toBe('TLSv1.3')
    expect(app.logs().slice(before)).toBe('')
  })
})

describe('a certificate that is renewed', () => {
  afterEach(() => {
    put('server')
    app.app.reload()
  })

  it('counts for new connections once it is read anew, with the same versions of TLS', async () => {
    const before = connect(options())
    await once(before, 'secureConnect')
    put('renewed')
    expect(await certificate()).toBe(fingerprintOf('server'))
    app.app.reload()
    expect(await certificate()).toBe(fingerprintOf('renewed'))
    expect(await handshake(old)).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
    before.write('GET /health/live HTTP/1.1\r\nHost: gateway\r\n\r\n')
    expect(String((await once(before, 'data'))[0])).toMatch(/^HTTP\/1\.1 200/)
    before.destroy()
  })

  it.each([
    ['has another key', () => put('renewed', 'server'), 'the key does not belong to the certificate'],
    ['is none', () => writeFileSync(join(own, 'certificate.pem'), 'n0ne'), 'expected a file of certificates'],
    [
      'is not there',
      () => rmSync(join(own, 'key.pem')),
      'tls.key: the file cannot be read: there is none at that path',
    ],
  ])('stays as it is where the new one %s, which one line says', async (_, spoil, why) => {
    spoil()
    const before = app.logs().length
    app.app.reload()
    const logged = app.logs().slice(before).trim().split('\n')
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatch(/"level":50.*the certificate stays as it is/)
    expect(logged[0]).toContain(why)
    expect(await certificate()).toBe(fingerprintOf('server'))
  })
})
