import { once } from 'node:events'
import http, { type IncomingMessage, type RequestListener } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { readFileSync } from 'node:fs'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Client } from '@elastic/elasticsearch'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { realmOf } from '../cluster/gateway.ts'
import { kibana, startCluster, type Cluster } from '../support/cluster.ts'
import { jacknich, jacknichUid, loginBackend, provision } from '../support/people.ts'
import { basic, createTestApp, elastic, overSocket, rest, type TestApp } from '../support/testApp.ts'
import { nginx, startNginx, type Proxy } from './nginx.ts'

const reason = nginx ? '' : ' (skipped: there is no nginx on this machine)'
const serviceToken = 'AAEAAWVsYXN0aWMva2liYW5hL2tpYmFuYS0xOnMzY3JldA'
const clara = { username: 'clara', password: 'run-y0u-clever-boy' }

describe.skipIf(!nginx)(`deploy/nginx.conf, in a real nginx${reason}`, () => {
  let cluster: Cluster
  let app: TestApp
  let sides: { gateway: string; cluster: string }
  let proxy: Proxy
  beforeAll(async () => {
    cluster = await startCluster()
    app = await createTestApp({
      settings: `${realmOf(cluster)}\nproxies.trusted_proxies: [127.0.0.1]\n`,
    })
    sides = { gateway: new URL(await app.app.listen()).host, cluster: new URL(cluster.url).host }
    proxy = await startNginx(sides)
    await provision(app.fetch)
    cluster.put(clara.password, { username: 'clara', roles: ['viewer'] })
    cluster.putToken(serviceToken, kibana)
  })
  afterAll(async () => {
    await proxy.close()
    await app.close()
    await cluster.close()
  })

  /** Sends a request whose target nobody tidies on its way, and says who has answered. */
  async function whoAnswers(target: string, method = 'GET'): Promise<string> {
    const [logged, received] = [app.logs().length, cluster.received.length]
    const { port } = new URL(proxy.url)
    const socket = connect(Number(port), '127.0.0.1')
    const head = [`${method} ${target} HTTP/1.1`, 'Host: proxy', `Authorization: ${basic(loginBackend)}`]
    socket.write([...head, 'Content-Length: 0', 'Connection: close', '', ''].join('\r\n'))
    const said = await text(socket)
    const mine = cluster.received.slice(received).filter(({ url }) => url !== '/_security/_authenticate')
    const sides = [
      ...(app.logs().slice(logged).includes('"answered"') ? ['gateway'] : []),
      ...mine.map(({ url }) => `cluster: ${url}`),
    ]
    return sides.length > 0 ? sides.join() : `nobody: ${said.slice(9, 12)}`
  }

  describe('sends to the gateway', () => {
    it.each([
      ['POST', '/_security/profile/_activate'],
      ['GET', '/_security/profile/u_a_0,u_b_0?data=*'],
      ['PUT', '/_security/profile/u_a_0/_data'],
      ['PUT', '/_security/profile/u_a_0/_enable'],
      ['GET', '/_security/profile/_suggest'],
      ['GET', '/_security/profile/%75_a_0'],
      ['GET', '/_security/profile/a//b'],
      ['GET', '/_security/profile/'],
      ['GET', 'http://elsewhere/_security/profile/u_a_0'],
    ])('%s %s', async (method, target) => {
      expect(await whoAnswers(target, method)).toBe('gateway')
    })
  })

  describe('sends to the cluster, as it is', () => {
    it.each([
      ['GET', '/'],
      ['GET', '/_security/profile'],
      ['GET', '/_security/profiles/a'],
      ['GET', '/_security/user/joe?with_profile_uid=true'],
      ['POST', '/_security/oauth2/token'],
      ['POST', '/index/_search?q=%2F_security%2Fprofile%2F'],
      ['GET', '/%3Clogs-%7Bnow%2Fd%7D%3E/_search'],
      ['GET', '/index/_doc/a%2F..%2Fb'],
      ['GET', '/index//_doc/..%2f'],
      ['GET', '/index/_security/profile/a'],
      ['GET', '/graphql'],
    ])('%s %s', async (method, target) => {
      expect(await whoAnswers(target, method)).toBe(`cluster: ${target}`)
    })
  })

  describe('gives to nobody what either side might take for something else', () => {
    it.each([
      '/_security//profile/_activate',
      '//_security/profile/_activate',
      '/_security/./profile/_activate',
      '/x/../_security/profile/_activate',
      '/_security%2Fprofile%2F_activate',
      '/_security/profile%2f_activate',
      '/_security/%70rofile/_activate',
      '/%5fsecurity/profile/_activate',
      'http://elsewhere/_security//profile/u_a_0',
      '/_security/profile/..',
      '/_security/profile/../user/joe',
      '/_security/profile/%2e%2e/user/joe',
      '/_security/profile/a/..%2f..%2f',
      '/_security/profile/a/_data/../../../../index',
    ])('%s', async (target) => {
      for (const method of ['GET', 'POST', 'PUT'])
        expect(await whoAnswers(target, method)).toBe('nobody: 400')
    })

    it('nor a path that cannot be read', async () => {
      for (const target of ['/_security/profile/%00', '/_security/profile/../../..', '/%zz'])
        expect(await whoAnswers(target)).toBe('nobody: 400')
    })
  })

  it('lets the official client activate and read profiles for Kibana, and search in the cluster', async () => {
    const client = new Client({ node: proxy.url, auth: { bearer: serviceToken } })
    onTestFinished(() => client.close())
    const { uid, user } = await client.security.activateUserProfile({ grant_type: 'password', ...clara })
    expect(user).toMatchObject({ username: 'clara', roles: ['viewer'], realm_name: 'native1' })
    const ours = await client.security.activateUserProfile({ grant_type: 'password', ...jacknich })
    expect(ours.uid).toBe(jacknichUid)
    await client.security.updateUserProfileData({ uid, data: { kibana: { theme: 'dark' } } })
    const { profiles } = await client.security.getUserProfile({ uid, data: 'kibana.theme' })
    expect(profiles).toMatchObject([{ uid, data: { kibana: { theme: 'dark' } } }])
    expect(await client.search({ index: 'books', query: { match_all: {} } })).toMatchObject({
      url: '/books/_search',
    })
    expect(cluster.received.at(-1)?.headers.authorization).toBe(`Bearer ${serviceToken}`)
  })

  it('keeps the headers of requests and answers', async () => {
    const headers = { authorization: basic(elastic), 'x-opaque-id': 'trace-1', 'x-other': 'a' }
    const profile = await fetch(`${proxy.url}/_security/profile/u_a_0`, { headers })
    expect([profile.status, profile.headers.get('x-opaque-id')]).toEqual([200, 'trace-1'])
    const other = await fetch(`${proxy.url}/_cat/indices`, { headers })
    expect(other.headers.get('x-elastic-product')).toBe('Elasticsearch')
    expect(cluster.received.at(-1)?.headers).toMatchObject(headers)
    const unknown = await fetch(`${proxy.url}/_security/profile/u_a_0`)
    expect([unknown.status, unknown.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="security", charset="UTF-8", Bearer realm="security", ApiKey',
    ])
  })

  it('tells the gateway where a request comes from, whatever its client claims', async () => {
    for (const claimed of [undefined, '203.0.113.7', '203.0.113.7, 127.0.0.1', '127.0.0.1', 'x']) {
      const logged = app.logs().length
      const headers = { authorization: basic(elastic), ...(claimed && { 'x-forwarded-for': claimed }) }
      const sent = http.get(`${proxy.url}/_security/profile/u_a_0`, { headers, localAddress: '127.0.0.2' })
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      expect([answer.statusCode, await text(answer)]).toEqual([200, expect.any(String)])
      expect(app.logs().slice(logged)).toMatch(/"address":"127\.0\.0\.2".*"answered"/)
    }
  })

  it('takes a token of 15 KiB to either side', async () => {
    const token = 'x'.repeat(15_000)
    cluster.putToken(token, { username: 'long', roles: ['superuser'] })
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(`${proxy.url}/_security/profile/u_a_0`, { headers })).status).toBe(200)
    expect((await fetch(`${proxy.url}/_security/_authenticate`, { headers })).status).toBe(200)
  })

  it('takes bodies as large as either side does, and says of others that they are too large', async () => {
    const put = async (path: string, megabytes: number) => {
      const body = JSON.stringify({ labels: {}, data: { app: 'x'.repeat(megabytes * 1_048_576 - 100) } })
      const answered = await rest(overSocket(proxy.url), 'PUT', path, elastic, body)
      const { error } = answered.body as { error?: { type: string } }
      return { status: answered.status, type: error?.type }
    }
    const { uid } = (
      await rest(overSocket(proxy.url), 'POST', '/_security/profile/_activate', elastic, {
        grant_type: 'password',
        ...clara,
      })
    ).body as { uid: string }
    expect(await put(`/_security/profile/${uid}/_data`, 9)).toEqual({ status: 200, type: undefined })
    expect((await put(`/_security/profile/${uid}/_data`, 19)).type).not.toBe('content_too_long_exception')
    expect(await put(`/_security/profile/${uid}/_data`, 21)).toEqual({
      status: 413,
      type: 'content_too_long_exception',
    })
    expect(await put('/_bulk', 99)).toEqual({ status: 200, type: undefined })
    expect(cluster.received.at(-1)?.body.length).toBeGreaterThan(99_000_000)
    expect(await put('/_bulk', 101)).toEqual({ status: 413, type: 'content_too_long_exception' })
  })

  it('passes bodies and answers on as they come', async () => {
    const server = await serve((request, response) => {
      request.once('data', (chunk: Buffer) => response.write(`got ${chunk.toString()}`))
      request.once('end', () => response.end(', all of it'))
    })
    const other = await startNginx({ ...sides, cluster: server })
    onTestFinished(other.close)
    const sent = http.request(`${other.url}/_bulk`, { method: 'POST' })
    sent.write('half')
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    const [first] = (await once(answer, 'data')) as [Buffer]
    expect(first.toString()).toBe('got half')
    sent.end()
    expect(await text(answer)).toBe(', all of it')
  })

  it('says 503 in Elasticsearch’s words while the gateway is down, and the cluster answers as before', async () => {
    const other = await startNginx({ ...sides, gateway: '127.0.0.1:1' })
    onTestFinished(other.close)
    const grant = { grant_type: 'password', ...clara }
    const answered = await rest(overSocket(other.url), 'POST', '/_security/profile/_activate', elastic, grant)
    const cause = { type: 'unavailable_shards_exception', reason: 'the profile gateway cannot be reached' }
    expect({ status: answered.status, body: answered.body as unknown }).toEqual({
      status: 503,
      body: { error: { root_cause: [cause], ...cause }, status: 503 },
    })
    expect((await fetch(`${other.url}/_cat/indices`)).status).toBe(200)
  })

  it('speaks TLS on both sides with the lines that are for it', async () => {
    const folder = join(import.meta.dirname, '../support/tls')
    const pem = (name: string) => readFileSync(join(folder, name), 'utf8')
    const secure = await startCluster({ cert: pem('server.pem'), key: pem('server.key.pem') })
    onTestFinished(secure.close)
    const other = await startNginx({
      gateway: sides.gateway,
      cluster: new URL(secure.url).host,
      edit: (configuration) =>
        configuration
          .replaceAll('#tls ', '')
          .replace('http://elasticsearch;', 'https://elasticsearch;')
          .replace('cluster-authority.pem', 'authority.pem')
          .replaceAll('/etc/nginx/tls', folder),
    })
    onTestFinished(other.close)
    for (const path of ['/_security/profile/u_a_0', '/_cat/indices']) {
      const headers = { authorization: basic(elastic) }
      const options = { host: 'localhost', port: other.tlsPort, path, headers, ca: pem('authority.pem') }
      const sent = httpsRequest({ ...options, family: 4 }).end()
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      expect(answer.statusCode).toBe(200)
      answer.resume()
    }
    expect(secure.received.map(({ url }) => url)).toEqual(['/_cat/indices'])
  })
})

describe('docs/operations.md', () => {
  it('shows lines of deploy/nginx.conf', () => {
    const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8')
    const [, shown = ''] = /```nginx\n(.*?)\n```/s.exec(read('docs/operations.md')) ?? []
    const lines = read('deploy/nginx.conf')
      .split('\n')
      .map((line) => line.trim())
    expect(shown).toContain('X-Forwarded-For')
    for (const line of shown.split('\n')) expect(lines).toContain(line)
  })
})

/** An HTTP server for one test, by its address. */
async function serve(listener: RequestListener): Promise<string> {
  const server = http.createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
