import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jacknich, loginBackend as application, nobody, provision } from '../support/people.ts'
import { basic, createTestApp, elastic, graphql, rest, type Answered } from '../support/testApp.ts'

const { fetch, advance, close } = await createTestApp()
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
      expect(await response.text()).toContain('[Subject-Address] must be an IP address')
    },
  )
})
