import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { factor } from '../../support/factor.ts'
import { createTestApp } from '../../support/testApp.ts'
import { tokenRequests } from '../../support/tokenRequests.ts'

const app = await createTestApp({ settings: 'throttle.attempts: 1000' })
const { prepare, issue, refresh, end, authenticate, loggedIn, newUser, change } = tokenRequests(app)
beforeAll(prepare)
afterAll(() => app.close())

const rounds = Array.from({ length: factor(10) }, (_, round) => round)

/** Refreshes again and again, until it is told to log in again. Every access token that it was given. */
async function refreshing(first: string): Promise<string[]> {
  const given: string[] = []
  for (let token = first; ;) {
    const { status, body } = await refresh(token)
    if (status !== 200) return given
    given.push(body.access_token)
    token = body.refresh_token
  }
}

async function expectAllEnded(tokens: readonly string[]): Promise<void> {
  for (const token of tokens) expect(await authenticate(token)).toMatchObject({ status: 401 })
}

describe('no valid token is left', () => {
  it('of what is refreshed while the user’s tokens are invalidated', async () => {
    for (const round of rounds) {
      const user = await newUser()
      const { access, refresh: first } = await loggedIn(user)
      const selection =
        round % 2 ? { username: user.username } : { username: user.username, realm_name: 'native' }
      const [given] = await Promise.all([refreshing(first), end(selection)])
      await expectAllEnded([access, ...given])
    }
  })

  it('of logins while the password is changed', async () => {
    for (const round of rounds) {
      const user = await newUser()
      const password = `an0ther-${round}`
      const logins = Array.from({ length: 8 }, () => issue({ grant_type: 'password', ...user }))
      const [answers] = await Promise.all([
        Promise.all(logins),
        change('PUT', `user/${user.username}/_password`, { password }),
      ])
      await expectAllEnded(answers.flatMap(({ status, body }) => (status === 200 ? [body.access_token] : [])))
      expect(await issue({ grant_type: 'password', username: user.username, password })).toMatchObject({
        status: 200,
      })
    }
  })

  it('of what is refreshed while the user is disabled', async () => {
    for (const round of rounds) {
      const user = await newUser()
      const { access, refresh: first } = await loggedIn(user)
      const [given] = await Promise.all([
        refreshing(first),
        round % 2
          ? change('PUT', `user/${user.username}/_disable`)
          : change('DELETE', `user/${user.username}`),
      ])
      await expectAllEnded([access, ...given])
    }
  })
})

describe('one of many at once', () => {
  it('invalidates a token, and all count it once', async () => {
    const { access } = await loggedIn()
    const answers = await Promise.all(Array.from({ length: 16 }, () => end({ token: access })))
    const bodies = answers.map(({ body }) => body as Record<string, number>)
    expect(bodies.filter((body) => body.invalidated_tokens === 1)).toHaveLength(1)
    expect(bodies.filter((body) => body.previously_invalidated_tokens === 1)).toHaveLength(15)
  })
})
