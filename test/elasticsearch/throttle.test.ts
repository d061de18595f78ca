import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jacknich, loginBackend as application, nobody, provision } from '../support/people.ts'
import {
  basic,
  createTestApp,
  elastic,
  graphql,
  rest,
  type Answered,
  type Credentials,
} from '../support/testApp.ts'

const { fetch, advance, run, close } = await createTestApp()
beforeAll(() => provision(fetch))
afterAll(close)

const activated = (username: string, password: string) =>
  rest(fetch, 'POST', '/_security/profile/_activate', application, {
    grant_type: 'password',
    username,
    password,
  })
const issued = (username: string, password: string) =>
  rest(fetch, 'POST', '/_security/oauth2/token', elastic, { grant_type: 'password', username, password })
const asked = (username: string, password: string) =>
  graphql(
    fetch,
    application,
    `
      mutation ($grant: GrantInput!) {
        activateProfile(grant: $grant) {
          __typename
          ... on TooManyAttempts {
            message
            retryAfterSeconds
          }
        }
      }
    `,
    { grant: { password: { username, password } } },
  )

describe.each([
  ['a user', jacknich.username],
  ['nobody', 'no-such-user'],
])('the name of %s that was tried eight times, at all doors together,', (_, username) => {
  beforeAll(async () => {
    const doors: ((username: string, password: string) => Promise<Answered>)[] = [activated, asked, issued]
    for (let n = 0; n < 8; n++) await doors[n % 3]?.(username, `wrong ${n}`)
  })

  const error = { type: 'security_exception', reason: 'too many attempts, try again in 30s' }

  it.each([
    ['activation', activated],
    ['the token endpoint', issued],
  ])('is answered with 429 by %s, the right password too', async (_door, send) => {
    const answer: Answered<unknown> = await send(username, jacknich.password)
    expect({ status: answer.status, body: answer.body, after: answer.headers.get('retry-after') }).toEqual({
      status: 429,
      after: '30',
      body: { status: 429, error: { ...error, root_cause: [error] } },
    })
  })

  it('is answered with TooManyAttempts in GraphQL', async () => {
    const answer: Answered<unknown> = await asked(username, jacknich.password)
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      data: {
        activateProfile: { __typename: 'TooManyAttempts', message: error.reason, retryAfterSeconds: 30 },
      },
    })
  })
})

describe('after the wait', () => {
  it('the right password counts again', async () => {
    await advance(30_000)
    expect(await activated(jacknich.username, jacknich.password)).toMatchObject({ status: 200 })
  })
})

describe('Subject-Address', () => {
  it('keeps a user who has logged in from there, whatever is tried elsewhere', async () => {
    const from = async (address: string, password: string) => {
      const headers = {
        authorization: basic(application),
        'content-type': 'application/json',
        'subject-address': address,
      }
      const body = JSON.stringify({ grant_type: 'password', ...nobody, password })
      return (await fetch('/_security/profile/_activate', { method: 'POST', headers, body })).status
    }
    expect(await from('192.0.2.1', nobody.password)).toBe(200)
    for (let n = 0; n < 8; n++) expect(await from('198.51.100.1', `wrong ${n}`)).toBe(401)
    expect(await from('198.51.100.2', nobody.password)).toBe(429)
    expect(await from('::ffff:192.0.2.1', nobody.password)).toBe(200)
  })

  it.each(['nowhere', '10.0.0.1, 10.0.0.2', '10.0.0.256', ''])(
    'is an address: %j is refused',
    async (stated) => {
      const response = await fetch('/_security/_authenticate', { headers: { 'subject-address': stated } })
      expect(response.status).toBe(400)
      expect(await response.text()).toContain(
        '[Subject-Address] must be an IP address: that of the end user, such as 203.0.113.7; ' +
          'leave the header out where it is not known',
      )
    },
  )
})

describe.each([
  ['a user', nobody.username],
  ['nobody', 'no-such-user'],
])('the name of %s with which callers have tried eight passwords, at all doors together,', (_, username) => {
  const doors = [
    (caller: Credentials) => rest(fetch, 'GET', '/_security/_authenticate', caller),
    (caller: Credentials) => graphql(fetch, caller, '{ viewer { username } }'),
    (caller: Credentials) => rest(fetch, 'POST', '/_security/profile/_activate', caller, { grant_type: 'x' }),
    (caller: Credentials) => graphql(fetch, caller, 'mutation { __typename }'),
  ] as const
  beforeAll(async () => {
    await advance(3_600_000)
    for (let n = 0; n < 8; n++) {
      const answer: Answered | undefined = await doors[n % 4]?.({ username, password: `wrong ${n}` })
      expect(answer).toMatchObject({ status: 401 })
    }
    // Whoever looks at it fails.
    await run(`UPDATE users SET "passwordHash" = 'no hash' WHERE username = '${username}'`)
  })

  const reason = 'too many attempts, try again in 30s'
  const error = { type: 'security_exception', reason }

  it.each([doors[0], doors[2]])(
    'is answered with 429 at Elasticsearch’s address: nothing is verified',
    async (send) => {
      const answer: Answered<unknown> = await send({ username, password: nobody.password })
      expect({ status: answer.status, body: answer.body, after: answer.headers.get('retry-after') }).toEqual({
        status: 429,
        after: '30',
        body: { status: 429, error: { ...error, root_cause: [error] } },
      })
    },
  )

  it.each([doors[1], doors[3]])('is answered with 429 in GraphQL: nothing is verified', async (send) => {
    const answer: Answered<unknown> = await send({ username, password: nobody.password })
    expect({ status: answer.status, body: answer.body, after: answer.headers.get('retry-after') }).toEqual({
      status: 429,
      after: '30',
      body: {
        errors: [{ message: reason, extensions: { code: 'TOO_MANY_ATTEMPTS', retryAfterSeconds: 30 } }],
      },
    })
  })

  it('is as free as ever for grants', async () => {
    const { status } = await activated(username, 'wrong')
    expect(status).toBe(username === nobody.username ? 500 : 401)
  })
})

describe('createToken', () => {
  it('shares the name with the other doors', async () => {
    const query = 'mutation ($grant: TokenGrantInput!) { createToken(grant: $grant) { __typename } }'
    const create = async (password: string): Promise<unknown> => {
      const grant = { password: { username: 'grace', password } }
      return (await graphql(fetch, elastic, query, { grant })).body
    }
    for (let n = 0; n < 4; n++) {
      expect(await create(`wrong ${n}`)).toMatchObject({
        data: { createToken: { __typename: 'GrantRejected' } },
      })
      expect(await issued('grace', `wrong too ${n}`)).toMatchObject({ status: 401 })
    }
    expect(await create('wrong')).toEqual({ data: { createToken: { __typename: 'TooManyAttempts' } } })
  })
})

describe('tokens', () => {
  it('that prove nobody count for the address that is stated, at activation and at explainGrant together', async () => {
    const from = (caller: Credentials) => ({
      authorization: basic(caller),
      'content-type': 'application/json',
      'subject-address': '203.0.113.7',
    })
    const activate = async () => {
      const body = JSON.stringify({ grant_type: 'access_token', access_token: 'wrong' })
      const path = '/_security/profile/_activate'
      return (await fetch(path, { method: 'POST', headers: from(application), body })).status
    }
    const explain = async () => {
      const query =
        'mutation { explainGrant(grant: { token: "wrong" }) { ... on GrantExplanation { outcome } } }'
      const body = JSON.stringify({ query })
      const answer = await fetch('/graphql', { method: 'POST', headers: from(elastic), body })
      return { after: answer.headers.get('retry-after'), text: await answer.text() }
    }
    for (let n = 0; n < 50; n++) {
      expect(await activate()).toBe(401)
      expect(await explain()).toMatchObject({ text: expect.stringContaining('NOT_THEIRS') as string })
    }
    expect(await activate()).toBe(429)
    const { after, text } = await explain()
    expect(after).toBe('30')
    expect(text).toContain('"too many grants at once, try again later"')
  })
})

describe('Basic credentials', () => {
  it('that are right are let in 64 times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 64 }, () => rest(fetch, 'GET', '/_security/_authenticate', application)),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })
})
