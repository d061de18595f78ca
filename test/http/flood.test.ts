import { availableParallelism } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../authentication/jwt/eventually.ts'
import { keepThreadsBusy } from '../support/busyThreads.ts'
import { jacknich, jacknichUid, loginBackend, nobody } from '../support/people.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { basic, createTestApp, elastic, type Credentials } from '../support/testApp.ts'
import { login, tokenRequests } from '../support/tokenRequests.ts'

// While the threads are busy no password is checked: whatever is answered then has not waited for one.

const gateway = await createTestApp({
  settings: 'throttle: { attempts_per_address: 1000000, attempts_per_caller: 1000000 }',
})
const { app, advance, logs, close } = gateway
const { prepare, issue } = tokenRequests(gateway)
let token: string
beforeAll(async () => {
  await prepare()
  token = (await issue(login)).body.access_token
  // The application is known from then on, as it is wherever one has run for a while.
  await activate({ grant_type: 'access_token', access_token: token })
  await inGraphql(jacknich)
})
afterAll(close)

/** What one source can have: all that are checked at once, and a quarter of those that wait. */
const ofOneSource = Math.floor(63.5 * availableParallelism())
const beyond = 7
const flood = Array.from({ length: ofOneSource + beyond }, (_, n) => ({
  username: `somebody-${n}`,
  password: 'wrong',
}))

interface From {
  readonly address?: string
  readonly subjectAddress?: string
}

async function send(
  path: string,
  caller: Credentials,
  { address, subjectAddress }: From = {},
  body?: object,
): Promise<{ status: number; retryAfter: unknown; body: unknown }> {
  const { statusCode, headers, payload } = await app.server.inject({
    method: body ? 'POST' : 'GET',
    url: path,
    ...(address !== undefined && { remoteAddress: address }),
    headers: {
      authorization: basic(caller),
      ...(body && { 'content-type': 'application/json' }),
      ...(subjectAddress !== undefined && { 'subject-address': subjectAddress }),
    },
    ...(body && { payload: JSON.stringify(body) }),
  })
  return { status: statusCode, retryAfter: headers['retry-after'], body: JSON.parse(payload) as unknown }
}

const asCaller = (credentials: Credentials, from?: From) =>
  send('/_security/_authenticate', credentials, from)
const activate = (grant: object, from?: From) =>
  send('/_security/profile/_activate', loginBackend, from, grant)
const inRest = (credentials: Credentials, from?: From) =>
  activate({ grant_type: 'password', ...credentials }, from)
const inGraphql = (password: Credentials, from?: From) =>
  send('/graphql', loginBackend, from, {
    query: 'mutation ($grant: GrantInput!) { activateProfile(grant: $grant) { __typename } }',
    variables: { grant: { password } },
  })

type Answer = Awaited<ReturnType<typeof send>>

/** Takes down answers as they come. */
function taken(answers: readonly Promise<Answer>[]) {
  const came: Answer[] = []
  for (const answer of answers) void answer.then((one) => came.push(one))
  return { came, all: () => Promise.all(answers) }
}

const message = 'too many passwords are being checked, try again later'
const ofRest = { status: 503, type: 'unavailable_shards_exception', reason: message }

describe('while one address sends more wrong passwords than there are places,', () => {
  it('what is beyond gets 503 at once, and the others of that address, tokens and reads are served', async () => {
    const letGo = keepThreadsBusy(await temporaryFolder())
    const flooding = taken(flood.map((one) => asCaller(one, { address: '192.0.2.1' })))
    await eventually(() => flooding.came.length).toBe(beyond)
    for (const { status, retryAfter, body } of flooding.came) {
      expect({ status, retryAfter }).toEqual({ status: 503, retryAfter: '1' })
      expect(body).toMatchObject({ error: { type: ofRest.type, reason: ofRest.reason }, status: 503 })
    }
    const from = { address: '192.0.2.1' }
    expect(await activate({ grant_type: 'access_token', access_token: token }, from)).toMatchObject({
      status: 200,
    })
    expect(await send(`/_security/profile/${jacknichUid}`, loginBackend, from)).toMatchObject({
      status: 200,
    })
    expect(flooding.came).toHaveLength(beyond)

    const elsewhere = taken([asCaller(nobody, { address: '192.0.2.2' }), inRest(nobody)])
    await letGo()
    expect((await elsewhere.all()).map(({ status }) => status)).toEqual([200, 200])
    expect(flooding.came.length, 'they need not wait for the flood').toBeLessThan(flood.length)
    await advance(10_001)
    const statuses = (await flooding.all()).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([401, 503]))
    expect(logs().match(/too many passwords wait to be checked/g)).toHaveLength(1)
    expect(logs()).toContain('"lane":"callers","key":"192.0.2.1"')
    expect(logs()).toContain('no password waits to be checked any more')
  })
})

describe('while grants of one address are more than there are places,', () => {
  it('what is beyond gets 503 at once at both doors, and others are served', async () => {
    const letGo = keepThreadsBusy(await temporaryFolder())
    const from = { subjectAddress: '198.51.100.1' }
    const flooding = taken(flood.map((one, n) => (n % 2 ? inRest : inGraphql)(one, from)))
    await eventually(() => flooding.came.length).toBe(beyond)
    const answer = await inGraphql({ username: 'somebody', password: 'wrong' }, from)
    expect(answer).toMatchObject({ status: 503, retryAfter: '1' })
    expect(answer.body).toMatchObject({
      errors: [{ message, extensions: { code: 'UNAVAILABLE', retryAfterSeconds: 1 } }],
    })
    for (const { status, retryAfter } of flooding.came)
      expect({ status, retryAfter }).toEqual({ status: 503, retryAfter: '1' })

    const right = { username: 'elastic', password: elastic.password }
    const elsewhere = taken([
      inRest(right, { subjectAddress: '198.51.100.2' }),
      inGraphql({ ...right, password: 'wrong' }),
      asCaller({ ...nobody, password: 'wrong' }),
    ])
    await letGo()
    expect((await elsewhere.all()).map(({ status }) => status)).toEqual([200, 200, 401])
    expect(flooding.came.length, 'they need not wait for the flood').toBeLessThan(flood.length)
    await advance(10_001)
    await flooding.all()
  })
})
