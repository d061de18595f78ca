import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, type ConnectionOptions } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { basic, createTestApp, elastic } from '../support/testApp.ts'
import { answersTo, openSocket } from './rawSocket.ts'

const folder = join(import.meta.dirname, '../support/tls')
const ca = readFileSync(join(folder, 'authority.pem'))
const app = await createTestApp({
  settings: `tls: { certificate: ${folder}/server.pem, key: ${folder}/server.key.pem }\nhttp.header_timeout: 1s`,
})
let address: string
let port: number
beforeAll(async () => {
  address = await app.app.listen()
  port = Number(new URL(address).port)
})
afterAll(app.close)

const options = () => ({ host: 'localhost', port, ca, family: 4 })

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
    // This client would.
    const ciphers = 'DEFAULT@SECLEVEL=0'
    expect(await handshake({ minVersion: version, maxVersion: version, ciphers })).toBe(
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    )
  })

  it('lets go of who speaks none of it, or nothing, without an answer that could be read', async () => {
    const plain = await openSocket(address.replace('https', 'http'))
    plain.send('GET / HTTP/1.1\r\nHost: gateway\r\n\r\n')
    expect(await plain.received()).not.toContain('HTTP')
    expect(await answersTo(address, '')).toEqual([])
    expect(app.logs()).not.toMatch(/"level":[56]0/)
  })
})
