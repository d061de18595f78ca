import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { basic, createTestApp, elastic, overSocket, rest, type Fetch } from '../support/testApp.ts'
import { openSocket } from './rawSocket.ts'

const mb = 1_048_576

/** Larger than what the system keeps for a client that does not read. */
const usernames = ['a', 'b', 'c', 'd', 'e', 'f']

describe('while large answers are not taken,', () => {
  const app = createTestApp({ settings: 'http: { max_content_length: 12mb, max_content_under_way: 110mb }' })
  let address: string
  let fetch: Fetch
  beforeAll(async () => {
    address = await (await app).app.listen()
    fetch = overSocket(address)
    const metadata = { much: 'x'.repeat(8 * mb) }
    const user = { password: 's3cret-p@ss', roles: [], metadata }
    for (const name of usernames) {
      expect((await rest(fetch, 'PUT', `/_security/user/${name}`, elastic, user)).status).toBe(200)
    }
  })
  afterAll(async () => (await app).close())

  const path = `/_security/user/${usernames.join()}`
  const large = () => rest(fetch, 'GET', path, elastic)
  const graphql = () =>
    fetch('/graphql', {
      method: 'POST',
      headers: { authorization: basic(elastic), 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ users { username metadata } }' }),
    })
  async function reader() {
    const { socket, send, until } = await openSocket(address)
    send(`GET ${path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: ${basic(elastic)}\r\n\r\n`)
    await until(/^HTTP\/1\.1 200 /)
    socket.pause()
    return socket
  }

  it('others are refused at both doors, small ones are not, and who has gone leaves the room', async () => {
    const { logs } = await app
    const readers = [await reader(), await reader()]
    const message = expect.stringMatching(/^the answers to too many requests are under way/) as string
    expect(await large()).toMatchObject({
      status: 503,
      body: { error: { reason: message } },
    })
    const response = await graphql()
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
    const error = { message, extensions: { code: 'UNAVAILABLE' } }
    expect(await response.json()).toMatchObject({ errors: [error] })
    expect((await rest(fetch, 'GET', '/_security/_authenticate', elastic)).status).toBe(200)
    expect(logs().split('large answers are refused')).toHaveLength(2)
    expect(logs()).not.toMatch(/"level":[56]0/)
    for (const socket of readers) socket.resetAndDestroy()
    await expect.poll(async () => (await large()).status, { timeout: 20_000 }).toBe(200)
    expect((await graphql()).status).toBe(200)
  })
})
