import { describe, expect, it, onTestFinished } from 'vitest'
import { createTestApp, type Answered } from '../../support/testApp.ts'
import { login, tokenRequests, type IssuedBody } from '../../support/tokenRequests.ts'

describe('tokens, as time goes by', () => {
  /** A gateway whose clock only one test moves. */
  async function gateway(settings = '{}') {
    const app = await createTestApp({ settings })
    onTestFinished(app.close)
    const requests = tokenRequests(app)
    await requests.prepare()
    return { ...app, ...requests }
  }

  const description = async (answer: Promise<Answered<IssuedBody>>) => (await answer).body.error_description

  it('an access token ends after twenty minutes, and its refresh token after a day', async () => {
    const { advance, authenticate, refresh, loggedIn } = await gateway()
    const { access, refresh: first } = await loggedIn()
    await advance(1_199_999)
    expect(await authenticate(access)).toMatchObject({ status: 200 })
    await advance(1)
    expect(await authenticate(access)).toMatchObject({
      status: 401,
      body: { error: { reason: 'token expired' } },
    })
    const other = await loggedIn()
    await advance(86_400_000 - 1_200_000 - 1)
    expect(await refresh(first)).toMatchObject({ status: 200 })
    await advance(1_200_000)
    expect(await description(refresh(first))).toBe('token document has expired')
    expect(await refresh(other.refresh)).toMatchObject({ status: 200 })
  })

  it('an access token ends as configured', async () => {
    const { advance, authenticate, issue } = await gateway('token.timeout: 1s')
    const { body } = await issue(login)
    expect(body).toMatchObject({ expires_in: 1 })
    await advance(1_000)
    expect(await authenticate(body.access_token)).toMatchObject({ status: 401 })
  })

  it('a refresh token gives the same for 30 seconds; then it ends all that came of its login', async () => {
    const { advance, logs, authenticate, refresh, loggedIn } = await gateway()
    const { access, refresh: first } = await loggedIn()
    const { body: second } = await refresh(first)
    await advance(30_000)
    expect((await refresh(first)).body).toEqual({ ...second, expires_in: 1_170 })
    const { body: third } = await refresh(second.refresh_token)
    const elsewhere = await loggedIn()
    await advance(1)
    expect(await description(refresh(first))).toBe(
      'token has already been refreshed more than 30 seconds in the past',
    )
    for (const token of [access, second.access_token, third.access_token]) {
      expect(await authenticate(token)).toMatchObject({ status: 401 })
    }
    for (const token of [first, second.refresh_token, third.refresh_token]) {
      expect(await description(refresh(token))).toBe('token has been invalidated')
    }
    expect(await authenticate(elsewhere.access)).toMatchObject({ status: 200 })
    const logged = logs()
      .split('\n')
      .filter((line) => line.includes('used again'))
    expect(logged.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        level: 40,
        username: 'jacknich',
        realm: 'native',
        client: 'portal',
        ended: { invalidated: 6, previouslyInvalidated: 0 },
      }),
    ])
    expect(logs()).not.toContain(first)
  })

  it('the tokens of logins before the clock was put back end as all do', async () => {
    const { advance, authenticate, refresh, end, loggedIn } = await gateway()
    const logins = [await loggedIn(), await loggedIn()] as const
    await advance(-3_600_000)
    const [used, other] = logins
    const { body: second } = await refresh(used.refresh)
    await advance(30_001)
    await refresh(used.refresh)
    for (const token of [used.access, second.access_token]) {
      expect(await authenticate(token)).toMatchObject({ status: 401 })
    }
    expect(await authenticate(other.access)).toMatchObject({ status: 200 })
    expect(await end({ username: login.username })).toMatchObject({
      status: 200,
      body: { invalidated_tokens: 2, previously_invalidated_tokens: 0 },
    })
    expect(await authenticate(other.access)).toMatchObject({ status: 401 })
    expect(await description(refresh(other.refresh))).toBe('token has been invalidated')
  })

  it('a refresh token that is used again ends nothing, where that is configured, and is told of all the same', async () => {
    const { advance, logs, authenticate, refresh, loggedIn } = await gateway(
      'token: { revoke_on_reuse: false }',
    )
    const { refresh: first } = await loggedIn()
    const { body } = await refresh(first)
    await advance(30_001)
    for (let times = 0; times < 2; times++) {
      expect(await description(refresh(first))).toBe(
        'token has already been refreshed more than 30 seconds in the past',
      )
    }
    expect(await authenticate(body.access_token)).toMatchObject({ status: 200 })
    expect(logs().match(/used again/g)).toHaveLength(2)
    expect(logs()).toContain('"ended":null')
  })

  it('a repeated answer says how long its access token is still valid, even if that is over', async () => {
    const { advance, authenticate, refresh, loggedIn } = await gateway('token.timeout: 10s')
    const { refresh: first } = await loggedIn()
    await refresh(first)
    await advance(4_000)
    expect((await refresh(first)).body).toMatchObject({ expires_in: 6 })
    await advance(14_000)
    const { body } = await refresh(first)
    expect(body).toMatchObject({ expires_in: 0 })
    expect(await authenticate(body.access_token)).toMatchObject({ status: 401 })
    expect(await refresh(body.refresh_token)).toMatchObject({ status: 200 })
  })

  it('tokens that were got with the tokens of a login end with it', async () => {
    const { advance, fetch, authenticate, refresh, newUser, change, loggedIn } = await gateway()
    const user = await newUser()
    await change('PUT', `user/${user.username}`, { roles: ['token_manager'] })
    const { access, refresh: first } = await loggedIn(user)
    const byToken = async (token: string) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const body = JSON.stringify({ grant_type: 'client_credentials' })
      const response = await fetch('/_security/oauth2/token', { method: 'POST', headers, body })
      return ((await response.json()) as IssuedBody).access_token
    }
    const child = await byToken(access)
    const grandchild = await byToken(child)
    expect(await authenticate(grandchild)).toMatchObject({ status: 200 })
    await refresh(first)
    await advance(30_001)
    await refresh(first)
    for (const token of [access, child, grandchild])
      expect(await authenticate(token)).toMatchObject({ status: 401 })
  })

  it('a clock that was set back is told apart', async () => {
    const { advance, refresh, loggedIn } = await gateway()
    const { refresh: first } = await loggedIn()
    await refresh(first)
    await advance(-30_001)
    expect(await description(refresh(first))).toBe(
      'token has been refreshed more than 30 seconds in the future, clock skew too great',
    )
  })

  it('a refreshing that broke off in the middle is completed by the next use', async () => {
    const { advance, run, authenticate, refresh, loggedIn } = await gateway()
    const { refresh: first } = await loggedIn()
    const { body } = await refresh(first)
    // As if the gateway had ended after the first of its two statements.
    await run(`DELETE FROM tokens WHERE "refreshedAt" IS NULL`)
    expect(await authenticate(body.access_token)).toMatchObject({ status: 401 })
    await advance(10_000)
    expect((await refresh(first)).body).toEqual({ ...body, expires_in: 1_190 })
    expect(await authenticate(body.access_token)).toMatchObject({ status: 200 })
    await advance(1_190_000)
    expect(await authenticate(body.access_token)).toMatchObject({ status: 401 })
  })

  it('a refreshing that broke off, and is tried again much later, begins anew: nobody has its tokens', async () => {
    const { advance, logs, run, authenticate, refresh, loggedIn } = await gateway()
    const { access, refresh: first } = await loggedIn()
    await refresh(first)
    await run(`DELETE FROM tokens WHERE "refreshedAt" IS NULL`)
    await advance(120_000)
    const { status, body } = await refresh(first)
    expect(status).toBe(200)
    expect(body).toMatchObject({ expires_in: 1_200 })
    expect(await authenticate(body.access_token)).toMatchObject({ status: 200 })
    expect(await authenticate(access)).toMatchObject({ status: 200 })
    expect((await refresh(first)).body).toEqual(body)
    expect(logs()).not.toContain('used again')
  })

  it('a token changes no password, not even its own', async () => {
    const { fetch, newUser, loggedIn } = await gateway()
    const { access } = await loggedIn(await newUser())
    const response = await fetch('/_security/user/_password', {
      method: 'POST',
      headers: { authorization: `Bearer ${access}`, 'content-type': 'application/json' },
      body: '{"password":"an0ther-p@ss"}',
    })
    expect(response.status).toBe(403)
  })

  it('tokens of a realm that is not configured any more are not valid', async () => {
    const { run, authenticate, refresh, loggedIn } = await gateway()
    const { access, refresh: first } = await loggedIn()
    await run(`UPDATE tokens SET "realmType" = 'jwt', "realmName" = 'gone'`)
    expect(await authenticate(access)).toMatchObject({
      status: 401,
      body: { error: { reason: 'token expired' } },
    })
    expect(await description(refresh(first))).toBe('token has been invalidated')
  })
})
