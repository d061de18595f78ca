import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { basic, createTestApp, elastic, overSocket, rest, type Fetch } from '../support/testApp.ts'

const { app, close, logs } = await createTestApp()
let address: string
let fetch: Fetch
beforeAll(async () => {
  address = await app.listen()
  fetch = overSocket(address)
})
afterAll(close)

const mallory = { username: 'mallory', password: 'mall0ry-p@ss' }
const putMallory = () =>
  rest(fetch, 'PUT', '/_security/user/mallory', elastic, { password: mallory.password, roles: ['superuser'] })

describe('a caller whose body comes late', () => {
  it.each([
    ['deleted', () => rest(fetch, 'DELETE', '/_security/user/mallory', elastic)],
    ['disabled', () => rest(fetch, 'PUT', '/_security/user/mallory/_disable', elastic)],
    [
      'given another password',
      () => rest(fetch, 'PUT', '/_security/user/mallory/_password', elastic, { password: 'an0ther-p@ss' }),
    ],
  ])('does nothing more once it is %s', async (_, lockOut) => {
    await putMallory()
    const body = JSON.stringify({ password: 'backd00r-p@ss', roles: ['superuser'] })
    const headers = {
      authorization: basic(mallory),
      'content-type': 'application/json',
      'content-length': body.length,
    }
    const put = request(`${address}/_security/user/backdoor`, { method: 'PUT', headers })
    const answered = once(put, 'response') as Promise<[IncomingMessage]>
    put.write(body.slice(0, 1))
    // Until the gateway has taken the headers: the lock-out itself is a round trip behind them.
    await rest(fetch, 'GET', '/', elastic)
    expect((await lockOut()).status).toBe(200)
    // What comes sooner is answered for whoever was asked for when it began.
    await setTimeout(150)
    put.end(body.slice(1))
    const [{ statusCode }] = await answered
    expect(statusCode).toBe(401)
    expect((await rest(fetch, 'GET', '/_security/user/backdoor', elastic)).status).toBe(404)
  })
})

describe('a target in absolute form', () => {
  it('is its path, and what stands before it is not logged', async () => {
    const { hostname, port } = new URL(address)
    const path = 'http://elastic:s3cret-in-target@gateway/_security/_authenticate'
    const get = request({ hostname, port, path, headers: { authorization: basic(elastic) } }).end()
    const [{ statusCode }] = (await once(get, 'response')) as [IncomingMessage]
    expect(statusCode).toBe(200)
    expect(logs()).not.toContain('s3cret-in-target')
  })

  it('leads to GraphQL, too', async () => {
    expect((await graphql('http://gateway/graphql')).status).toBe(200)
  })
})

describe('a path', () => {
  it('leads to GraphQL as it was sent, and not as it can be decoded', async () => {
    expect((await graphql('/graphql')).status).toBe(200)
    for (const path of ['/%67raphql', '/graphql%3f', '/graph%71l?a=b', '//graphql'])
      expect(await graphql(path)).toEqual({
        status: 400,
        error: `no handler found for uri [${path}] and method [POST]`,
      })
  })

  it('leads to probes as it was sent, too', async () => {
    expect((await fetch('/health/ready')).status).toBe(200)
    for (const path of ['/%68ealth/ready', '/health/liv%65', '/health/ready/'])
      expect((await fetch(path)).status).toBe(401)
  })
})

async function graphql(path: string) {
  const { hostname, port } = new URL(address)
  const headers = { authorization: basic(elastic), 'content-type': 'application/json' }
  const post = request({ hostname, port, path, method: 'POST', headers }).end('{"query":"{__typename}"}')
  const [answer] = (await once(post, 'response')) as [IncomingMessage]
  const { error } = JSON.parse(await text(answer)) as { error?: unknown }
  return { status: answer.statusCode, error }
}
