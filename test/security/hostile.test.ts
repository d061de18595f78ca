import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createTestApp, elastic, rest } from '../support/testApp.ts'
import { ask, expectRefused, send } from '../graphql/ask.ts'
import { hostileRequests, type Hostile } from './hostileRequests.ts'

const { fetch, logs, close } = await createTestApp()
afterAll(close)

let logged = 0
afterEach(async () => {
  expect(await ask(fetch, '{ viewer { username } }'), 'serves on').toMatchObject({ status: 200 })
  expect(await rest(fetch, 'GET', '/_security/role/hostile', elastic), 'nothing was done').toMatchObject({
    status: 404,
  })
  expect(logs().slice(logged), 'nothing went wrong on our side').not.toMatch(/"level":[56]0/)
  logged = logs().length
})

function expectTold({ message, code }: Hostile, { text }: { text: string }) {
  if (message !== undefined) expect(text).toContain(JSON.stringify(message).slice(1, -1))
  expect(text).not.toContain('Did you mean')
  expect(text).not.toContain('s3cret-of-nobody')
  expect(text.length, code).toBeLessThan(10_000)
}

const byPost = (params: unknown, accept: string) =>
  send(fetch, { headers: { accept }, body: JSON.stringify(params) })

function byGet(params: unknown, accept: string) {
  const given = Object.entries(params as object).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  const search = Object.fromEntries(given) as Record<string, string>
  return send(fetch, { method: 'GET', headers: { accept, 'content-type': null }, search })
}

const ofGraphql = 'application/graphql-response+json'
const isMutation = ({ params }: Hostile) => JSON.stringify(params).startsWith('{"query":"mutation')

describe('by POST', () => {
  it.each(hostileRequests)(`$name is refused, in ${ofGraphql}`, async (hostile) => {
    const answer = await byPost(hostile.params, ofGraphql)
    expectRefused(answer, hostile.status ?? 400, hostile.code)
    expectTold(hostile, answer)
  })

  it.each(hostileRequests)('$name is refused, in application/json', async (hostile) => {
    const answer = await byPost(hostile.params, 'application/json')
    const isSound = hostile.status === undefined
    expectRefused(answer, isSound ? 200 : (hostile.status ?? 0), hostile.code)
    expectTold(hostile, answer)
  })
})

describe('by GET', () => {
  it.each(hostileRequests.filter((hostile) => !isMutation(hostile)))('$name is refused', async (hostile) => {
    const answer = await byGet(hostile.params, ofGraphql)
    expectRefused(answer, hostile.status ?? 400, hostile.code)
    expectTold(hostile, answer)
  })

  it.each(hostileRequests.filter(isMutation))('$name is refused, as every mutation is', async (hostile) => {
    const answer = await byGet(hostile.params, ofGraphql)
    const isRead = hostile.code !== 'INVALID_INPUT'
    expectRefused(answer, isRead ? 405 : 400, isRead ? 'BAD_REQUEST' : hostile.code)
  })
})

describe('as a stream of events', () => {
  it.each(hostileRequests)(
    '$name is refused like whatever is asked so: it is not even read',
    async (hostile) => {
      expectRefused(await byPost(hostile.params, 'text/event-stream'), 406, 'BAD_REQUEST')
      expectRefused(await byGet(hostile.params, 'text/event-stream'), 406, 'BAD_REQUEST')
    },
  )

  it('a sound mutation is refused, and not run', async () => {
    const query = 'mutation { putRole(name: "hostile", role: {}) { __typename } }'
    expectRefused(await byPost({ query }, 'text/event-stream'), 406, 'BAD_REQUEST')
  })
})

describe('several at once', () => {
  it('are refused as a batch, whichever they are', async () => {
    for (const accept of ['application/json', ofGraphql]) {
      const batch = hostileRequests.slice(0, 10).map(({ params }) => params)
      expectRefused(await byPost(batch, accept), 400, 'BAD_REQUEST')
    }
  })
})

describe('by a form, as pages of other origins can send it', () => {
  const query = 'mutation { putRole(name: "hostile", role: {}) { __typename } }'

  it.each([
    ['text/plain', JSON.stringify({ query })],
    ['application/x-www-form-urlencoded', new URLSearchParams({ query }).toString()],
    [
      'multipart/form-data; boundary=a',
      `--a\r\nContent-Disposition: form-data; name="query"\r\n\r\n${query}\r\n--a--`,
    ],
    [null, JSON.stringify({ query })],
  ])('a mutation is refused and not run: %s', async (contentType, body) => {
    const answer = await send(fetch, { headers: { 'content-type': contentType }, body: Buffer.from(body) })
    expectRefused(answer, 415, 'BAD_REQUEST')
  })
})

describe("at Elasticsearch's address", () => {
  it('1,001 uids are refused', async () => {
    const uids = Array.from({ length: 1_001 }, (_, n) => n.toString(36)).join()
    const answer = await rest(fetch, 'GET', `/_security/profile/${uids}`, elastic)
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.body)).toContain('at most [1000] profile UIDs can be provided')
  })

  it('as many uids as can be asked for are answered, with their data', async () => {
    const uids = Array.from({ length: 1_000 }, (_, n) => n.toString(36)).join()
    const answer = await rest(fetch, 'GET', `/_security/profile/${uids}?data=*`, elastic)
    expect(answer).toMatchObject({ status: 200, body: { profiles: [], errors: { count: 1_000 } } })
  })

  it('more uids than a line holds are refused', async () => {
    const answer = await rest(fetch, 'GET', `/_security/profile/${'a,'.repeat(2_100)}`, elastic)
    expect(answer).toMatchObject({ status: 400, body: { error: { type: 'too_long_http_line_exception' } } })
  })

  it('a body that nests 150 deep is refused', async () => {
    const data = JSON.parse('{"a":'.repeat(150) + '1' + '}'.repeat(150)) as object
    const answer = await rest(fetch, 'POST', '/_security/profile/u/_data', elastic, { data })
    expect(answer.status).toBe(400)
  })
})
