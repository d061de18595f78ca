import { readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { asking } from '../introspection/realm.ts'
import { good, saying, startServer } from '../introspection/server.ts'
import { activate, activateAtGraphql, activateAtRest } from '../oidc/activate.ts'
import { patience } from '../oidc/gateway.ts'
import { newKey, startOpenidProvider } from '../support/openidProvider.ts'
import { logInAt } from '../support/openidTokens.ts'
import { anyClient, idTokens } from '../oidc/realms.ts'
import { hmacRealm, hmacToken } from '../support/hmacTokens.ts'
import type { AuditLine, Fetch } from '../support/testApp.ts'
import { messageOf, startReloaded, tellings } from './reloading.ts'

const quiet = 'audit.destination: none\n'
const corp = (more: Readonly<Record<string, string>> = {}) => hmacRealm('corp', 1, more)
const partner = (more: Readonly<Record<string, string>> = {}) => hmacRealm('partner', 2, more)
const tokenOf = (realm: string, sub = 'me') => hmacToken(realm, { sub }, Date.now())

/** A realm that asks the server, as which it has the key of the others for its secret. */
const opaque = (server: { issuer: string; endpoint: string }, more: Readonly<Record<string, string>> = {}) =>
  asking(server.issuer, server.endpoint, { order: '3', 'rp.client_secret': '${HMAC_KEY}', ...more })

/** A server that says this, and nothing until it is told to. */
async function heldBack(said: object) {
  const { promise: released, resolve: release } = Promise.withResolvers<undefined>()
  const server = await startServer(async (...asked) => {
    await released
    saying(said)(...asked)
  })
  return { server, release: () => release(undefined) }
}

/** Whether a caller that sends this token is known. */
async function callerStatus(fetch: Fetch, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch('/_security/_authenticate', { headers })).status
}

describe('realms that are replaced at SIGHUP', { timeout: 120_000 }, () => {
  it('drop no request, whatever becomes of them ten times', async () => {
    const { fetch, reload } = await startReloaded({ settings: quiet + corp() }, { adoptRealms: true })
    let isOver = false
    const outcomes: unknown[] = []
    const going = [0, 1, 2, 3].map(async (number) => {
      for (let turn = 0; !isOver; turn++) {
        const token = tokenOf('corp', `me-${number}-${turn % 3}`)
        outcomes.push(await (turn % 2 ? activateAtRest : activateAtGraphql)(fetch, token))
      }
    })
    const answered = () => expect.poll(() => outcomes.length, patience)
    for (let time = 1; time <= 10; time++) {
      const isOdd = time % 2 === 1
      const settings = quiet + corp({ allowed_clock_skew: `${time}s` }) + (isOdd ? partner() : '')
      expect(messageOf(await reload({ settings }))).toBe(
        `realms: jwt/corp replaced, jwt/partner ${isOdd ? 'added' : 'removed'}`,
      )
      // At once: a realm counts as soon as it is there, and no longer.
      expect(await activate(fetch, tokenOf('partner'))).toMatchObject({ status: isOdd ? 200 : 401 })
      expect(await callerStatus(fetch, tokenOf('partner'))).toBe(isOdd ? 200 : 401)
      await answered().toBeGreaterThan(outcomes.length)
    }
    isOver = true
    await Promise.all(going)
    const others = outcomes.filter((outcome) => (outcome as { status: number }).status !== 200)
    expect(others).toEqual([])
  })

  it('leave behind nothing that they remember: a token that only the old settings took is refused', async () => {
    const { fetch, reload } = await startReloaded({ settings: quiet + corp() })
    const token = tokenOf('corp')
    expect(await activate(fetch, token)).toMatchObject({ status: 200 })
    expect(await callerStatus(fetch, token)).toBe(200)
    await reload({ settings: quiet + corp({ allowed_audiences: '[another]' }) })
    expect(await activate(fetch, token)).toMatchObject({ status: 401 })
    expect(await callerStatus(fetch, token)).toBe(401)
  })

  it('answer the requests that have begun with them, which see none of the new ones', async () => {
    const { server, release } = await heldBack(good)
    const before = `${quiet}${corp()}${opaque(server)}domains.staff.realms: [opaque]\n`
    const options = { adoptRealms: true }
    const { fetch, reload } = await startReloaded({ settings: before }, options)
    const begun = activateAtRest(fetch, 'opaque-token')
    await expect.poll(() => server.questions.length, patience).toBe(1)
    expect(messageOf(await reload({ settings: quiet + corp() }))).toBe(
      'realms: introspection/opaque removed, other domains',
    )
    expect(await activate(fetch, 'opaque-token')).toMatchObject({ status: 401 })
    release()
    expect(await begun).toMatchObject({
      status: 200,
      profile: { user: { username: 'sub-1', realm_name: 'opaque', realm_domain: 'staff' } },
    })
  })
})

describe('realms that are the same after SIGHUP', { timeout: 60_000 }, () => {
  it('keep what they remember: their server is not asked again', async () => {
    const server = await startServer(saying(good))
    const settings = quiet + corp() + opaque(server)
    const { fetch, reload } = await startReloaded({ settings }, { adoptRealms: true })
    expect(await activate(fetch, 'opaque-token')).toMatchObject({ status: 200 })
    expect(server.questions).toHaveLength(1)
    expect(messageOf(await reload({}))).toBe('realms: nothing has changed')
    const first = quiet + corp({ allowed_clock_skew: '1s' }) + opaque(server, { order: '0' })
    expect(messageOf(await reload({ settings: first }))).toBe(
      'realms: jwt/corp replaced, asked in another order',
    )
    expect(await activate(fetch, 'opaque-token')).toMatchObject({ status: 200 })
    expect(server.questions).toHaveLength(1)
    await reload({ settings: quiet + opaque(server, { 'cache.ttl': '30s' }) + corp() })
    expect(await activate(fetch, 'opaque-token')).toMatchObject({ status: 200 })
    expect(server.questions).toHaveLength(2)
  })

  it('have their keys fetched again, and use those that they have until then', async () => {
    const [one, other] = await Promise.all([newKey('RS256', 'one'), newKey('ES256', 'other')])
    const provider = await startOpenidProvider(one)
    const { fetch, reload } = await startReloaded({ settings: quiet + idTokens(provider) + anyClient })
    const { idToken } = await logInAt(provider, 'sub-1')
    expect(await activate(fetch, idToken)).toMatchObject({ status: 200 })
    expect(provider.jwksRequests()).toBe(1)

    provider.answerJwks((_, response) => response.writeHead(500).end())
    expect(messageOf(await reload({}))).toBe('realms: nothing has changed')
    await expect.poll(provider.jwksRequests, patience).toBe(2)
    expect(await activate(fetch, idToken)).toMatchObject({ status: 200 })

    provider.answerJwks(null)
    provider.use(other)
    await reload({})
    await vi.waitFor(
      async () => expect(await activate(fetch, idToken)).toMatchObject({ status: 401 }),
      patience,
    )
  })

  it('take the secret of their clients from its file at once, and the one before for a while', async () => {
    const shared = {
      'client_authentication.type': 'shared_secret',
      'client_authentication.shared_secret': '${file:client.secret}',
    }
    const { fetch, reload } = await startReloaded({
      settings: quiet + corp(shared),
      'client.secret': 'first',
    })
    const token = tokenOf('corp')
    expect(await activate(fetch, token, 'first')).toMatchObject({ status: 200 })
    expect(await activate(fetch, token, 'second')).toMatchObject({ status: 401 })
    expect(messageOf(await reload({ 'client.secret': 'second' }))).toBe('realms: nothing has changed')
    expect(await activate(fetch, token, 'second')).toMatchObject({ status: 200 })
    expect(await activate(fetch, token, 'first')).toMatchObject({ status: 200 })
  })
})

describe('a file that is not right at SIGHUP', { timeout: 60_000 }, () => {
  it('changes nothing, and one line says all that is wrong with it, without a value', async () => {
    const { fetch, reload, process, folder } = await startReloaded({ settings: quiet + corp() })
    const token = tokenOf('corp')
    expect(await activate(fetch, token)).toMatchObject({ status: 200 })
    const wrong = 'realms.jwt.other.order: s3cret-1\nhttp.max_connections: s3cret-2\nnone: s3cret-3\n'
    const line = await reload({ settings: quiet + wrong })
    expect(messageOf(line)).toBe('the realms stay as they are')
    expect(line).toMatch(/"level":50/)
    for (const problem of [
      /gateway\.yml:2: realms\.jwt\.other\.order: expected a whole number/,
      /gateway\.yml:3: http\.max_connections: expected a whole number/,
      /gateway\.yml:4: none: unknown setting/,
    ])
      expect(line).toMatch(problem)
    expect(Object.keys((JSON.parse(line) as { err: object }).err)).toEqual([
      ...['type', 'code', 'message', 'problems'],
    ])
    expect(process.out).not.toMatch(/s3cret-[123]/)
    expect(await activate(fetch, token)).toMatchObject({ status: 200 })

    rmSync(join(folder, 'gateway.yml'))
    expect(await reload({})).toContain('gateway.yml cannot be read')
    expect(await activate(fetch, token)).toMatchObject({ status: 200 })
    expect(messageOf(await reload({ settings: quiet + corp() }))).toBe('realms: nothing has changed')
  })

  it('is no file with settings that need a restart: they are named, and realms are replaced', async () => {
    const settings = quiet + corp()
    const { fetch, reload, process } = await startReloaded({ settings })
    const others = 'http.max_connections: 77\ntoken.timeout: 5m\n'
    await reload({
      settings: `audit.destination: ./x.ndjson\n${corp({ allowed_audiences: '[another]' })}${others}`,
    })
    const warned = [...process.out.matchAll(/"level":40[^\n]*"msg":"(needs a restart: [^"]*)"/g)]
    expect(warned.map(([, text]) => text)).toEqual(
      ['token.timeout', 'http.max_connections', 'audit.destination'].map(
        (name) => `needs a restart: ${name}`,
      ),
    )
    expect(await activate(fetch, tokenOf('corp'))).toMatchObject({ status: 401 })
  })
})

describe('a change of realms at SIGHUP', { timeout: 60_000 }, () => {
  it('is recorded before and after, and is not made where it cannot be', async () => {
    const audited = 'audit.destination: ./audit.ndjson\n'
    const { fetch, reload, folder } = await startReloaded(
      { settings: audited + corp() },
      { adoptRealms: true },
    )
    const file = join(folder, 'audit.ndjson')
    await reload({ settings: audited + partner() })
    const recorded = () =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"realms-reload"'))
        .map((line) => JSON.parse(line) as AuditLine)
    const target = { realms: ['jwt/partner added', 'jwt/corp removed'] }
    // The second is written soon after what is told.
    await expect.poll(recorded, patience).toMatchObject([
      { event: { outcome: 'unknown' }, user: { name: '‹gateway›' }, profile_gateway: { target } },
      { event: { outcome: 'success' }, user: { name: '‹gateway›' }, profile_gateway: { target } },
    ])
    const lines = recorded()
    expect(lines[0]?.event.id).toBe(lines[1]?.event.id)

    rmSync(file)
    symlinkSync('/dev/full', file)
    const line = await reload({ settings: audited + partner() + corp() })
    expect(messageOf(line)).toBe('the realms stay as they are')
    expect(line).toContain('the audit log cannot be written')
    expect(await activate(fetch, tokenOf('corp'))).toMatchObject({ status: 401 })
    expect(await activate(fetch, tokenOf('partner'))).toMatchObject({ status: 200 })
  })

  it('that is asked for while another one is under way comes after it', async () => {
    const { server, release } = await heldBack({ keys: [] })
    const slow = hmacRealm('slow', 3, {
      allowed_signature_algorithms: 'RS256',
      pkc_jwkset_path: `"${server.issuer}/jwks"`,
    }).replace(/.*hmac_key.*\n/, '')
    const options = { adoptRealms: true }
    const { process, put, reload } = await startReloaded({ settings: quiet + corp() }, options)
    await put({ settings: quiet + corp() + slow })
    process.child.kill('SIGHUP')
    await expect.poll(() => server.questions.length, patience).toBe(1)
    expect(tellings(process)).toEqual([])
    await put({ settings: quiet + corp() + partner() })
    process.child.kill('SIGHUP')
    release()
    await expect
      .poll(() => tellings(process).map(messageOf), patience)
      .toEqual(['realms: jwt/slow added', 'realms: jwt/partner added, jwt/slow removed'])
    expect(messageOf(await reload({}))).toBe('realms: nothing has changed')
  })
})
