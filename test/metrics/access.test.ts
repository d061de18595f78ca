import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { load, problems } from '../support/loading.ts'
import { loginBackend, nobody, provision } from '../support/people.ts'
import { basic, createTestApp, elastic, rest, type Answered, type Credentials } from '../support/testApp.ts'
import { parseExposition } from './exposition.ts'

const watcher = { username: 'prometheus', password: 'scr4pe-p@ssword' }
const own = await createTestApp()
const apart = await createTestApp({ settings: 'metrics: { port: 0 }' })
let address: string

beforeAll(async () => {
  await provision(own.fetch)
  const put = (path: string, body: object) => rest(own.fetch, 'PUT', `/_security/${path}`, elastic, body)
  await put('role/watcher', { cluster: ['monitor'] })
  await put(`user/${watcher.username}`, { password: watcher.password, roles: ['watcher'] })
  address = (await apart.app.listenForMetrics()) ?? ''
})
afterAll(async () => {
  await own.close()
  await apart.close()
})

interface Refused {
  readonly error: { readonly reason: string }
}

/** Reads metrics at a gateway’s own port. */
const read = (caller: Credentials | null, app = own): Promise<Answered<unknown>> =>
  rest(app.fetch, 'GET', '/metrics', caller)

describe('metrics at the gateway’s own port', () => {
  it.each([
    ['who may monitor', watcher],
    ['the superuser', elastic],
  ])('are read by %s, in Prometheus’ text format', async (_, caller) => {
    const { status, headers, body } = await read(caller)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(parseExposition(body as string).size).toBeGreaterThan(20)
  })

  it.each(['manage', 'cluster:monitor/*', 'cluster:monitor/nodes/stats'])(
    'are read with the cluster privilege %s',
    async (privilege) => {
      await rest(own.fetch, 'PUT', '/_security/role/other', elastic, { cluster: [privilege] })
      const other = { username: 'other', password: '0ther-p@ssword' }
      await rest(own.fetch, 'PUT', '/_security/user/other', elastic, {
        password: other.password,
        roles: ['other'],
      })
      expect((await read(other)).status).toBe(200)
    },
  )

  it('are read as Prometheus asks for them', async () => {
    const accept =
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
    const response = await own.fetch('/metrics', { headers: { authorization: basic(watcher), accept } })
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
    const head = await own.fetch('/metrics', { method: 'HEAD', headers: { authorization: basic(watcher) } })
    expect(head.status).toBe(200)
  })

  it('are refused to who is not known', async () => {
    const { status, headers, body } = await read(null)
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toContain('Basic realm="security"')
    expect((body as Refused).error.reason).toBe(
      'missing authentication credentials for REST request [/metrics]',
    )
    const wrong = { ...watcher, password: 'wr0ng-p@ssword' }
    expect((await read(wrong)).status).toBe(401)
  })

  it.each([loginBackend, nobody])('are denied to who may not monitor: $username', async (caller) => {
    const { status, body } = await read(caller)
    expect(status).toBe(403)
    expect((body as Refused).error.reason).toMatch(
      /^action \[cluster:monitor\/nodes\/stats\] is unauthorized for user \[\S+\] .* \[monitor,manage,all\]$/,
    )
    expect(JSON.stringify(body)).not.toContain('profile_gateway_')
  })

  it('are denied in the audit log too', async () => {
    await read(nobody)
    expect(own.audit().at(-1)).toMatchObject({
      event: { action: 'metrics-get', outcome: 'failure', reason: 'FORBIDDEN' },
      user: { name: nobody.username },
    })
  })

  it('are kept from who tries passwords, as everything else is', async () => {
    const guess = { username: 'guessed', password: 'a-gu3ss' }
    const answers = []
    for (let tried = 0; tried < 9; tried++) answers.push((await read(guess)).status)
    expect(answers).toEqual([...Array.from({ length: 8 }, () => 401), 429])
  })

  it('are only read, and without a body', async () => {
    const posted = await rest(own.fetch, 'POST', '/metrics', watcher)
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect((await rest(own.fetch, 'POST', '/metrics', watcher, {})).status).toBe(413)
  })

  it('stand on no other one', async () => {
    expect(await own.app.listenForMetrics()).toBeNull()
  })
})

describe('metrics on a port of their own', () => {
  it('are read by whoever can reach it', async () => {
    const response = await fetch(`${address}/metrics?x=y`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(parseExposition(await response.text()).size).toBeGreaterThan(20)
    const head = await fetch(`${address}/metrics`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  it.each([
    '/',
    '/_security/_authenticate',
    '/graphql',
    '/health/live',
    '/metrics/',
    '/Metrics',
    '//metrics',
  ])('are all that is there: nothing is at %s', async (path) => {
    const response = await fetch(address + path, { headers: { authorization: basic(elastic) } })
    expect([response.status, await response.text()]).toEqual([404, ''])
  })

  it('are only read', async () => {
    const response = await fetch(`${address}/metrics`, { method: 'POST', body: 'x' })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('are not at the gateway’s too', async () => {
    const { status, body } = await read(elastic, apart)
    expect(status).toBe(400)
    expect(body).toEqual({ error: 'no handler found for uri [/metrics] and method [GET]' })
  })

  it('are not given for what is no request', async () => {
    const socket = connect(Number(new URL(address).port), '127.0.0.1')
    let received = ''
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
    socket.write('JUNK /metrics\r\n\r\n')
    await once(socket, 'close')
    expect(received).toMatch(/^HTTP\/1\.1 400 /)
    expect(received).not.toContain('profile_gateway_')
  })

  it('end with the gateway', async () => {
    const app = await createTestApp({ settings: 'metrics: { port: 0 }' })
    const at = await app.app.listenForMetrics()
    await (await fetch(`${at}/metrics`)).text()
    await app.close()
    await expect(fetch(`${at}/metrics`)).rejects.toThrow()
  })
})

describe('the settings of metrics', () => {
  const tls = join(import.meta.dirname, '../support/tls')

  it('serve them at the gateway’s own port by default, and else on this machine', async () => {
    expect((await load('{}')).settings.metrics).toEqual({ port: null, host: '127.0.0.1' })
    expect((await load('metrics.port: 9464')).settings.metrics).toEqual({ port: 9464, host: '127.0.0.1' })
  })

  it('beyond this machine are refused in the clear', async () => {
    const beyond = 'metrics: { port: 9464, host: 0.0.0.0 }\n'
    expect(await problems(beyond)).toEqual([
      expect.stringMatching(/^metrics\.host: other machines would get metrics from it unencrypted: set tls/),
    ])
    for (const more of [
      'http.insecure: true',
      'proxies.trusted_proxies: 10.0.0.1',
      `tls: { certificate: ${tls}/server.pem, key: ${tls}/server.key.pem }`,
    ])
      await load(beyond + more)
    await load('metrics: { host: 0.0.0.0 }')
  })

  it.each(['metrics.port: 65536', 'metrics.port: http', 'metrics.host: 5', 'metrics.path: /x'])(
    'are refused where they are wrong: %s',
    async (text) => {
      expect(await problems(text)).toEqual([expect.stringMatching(/^gateway\.yml:1: metrics\.\w+: /)])
    },
  )

  it('have them served by TLS where the gateway is', async () => {
    const app = await createTestApp({
      settings: `metrics: { port: 0 }\ntls: { certificate: ${tls}/server.pem, key: ${tls}/server.key.pem }`,
    })
    const at = await app.app.listenForMetrics()
    expect(at).toMatch(/^https:/)
    await expect(fetch(`${at?.replace('https', 'http')}/metrics`)).rejects.toThrow()
    await app.close()
  })
})
