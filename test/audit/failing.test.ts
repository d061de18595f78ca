import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseExposition, sumOf } from '../metrics/exposition.ts'
import { jacknich, loginBackend, provision } from '../support/people.ts'
import { createTestApp, elastic, graphql, rest, type TestApp } from '../support/testApp.ts'

const folder = mkdtempSync(join(tmpdir(), 'gateway-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const file = join(folder, 'audit.ndjson')
const place = join(folder, 'destination')

/** A gateway whose audit log is a file, or a device that is full. */
async function audited(onFailure: string) {
  lead(file)
  const app = await createTestApp({
    settings: `audit: { destination: ${place}, on_failure: ${onFailure} }\nmetrics: { port: 0 }`,
    auditAsSet: true,
  })
  await provision(app.fetch)
  const metrics = await app.app.listenForMetrics()
  return {
    ...app,
    /** How many lines could not be written, as metrics have it. */
    async failures() {
      const text = await (await fetch(`${metrics}/metrics`)).text()
      return sumOf(parseExposition(text), 'profile_gateway_audit_failures_total')
    },
    to(path: string) {
      lead(path)
      app.app.reload()
    },
  }
}

function lead(path: string): void {
  rmSync(place, { force: true })
  symlinkSync(path, place)
}

const grant = { grant_type: 'password', username: 'jacknich', password: jacknich.password }
const requests = {
  change: (app: TestApp) =>
    rest(app.fetch, 'PUT', '/_security/user/new', elastic, { password: 'n3w-p@ss', roles: [] }),
  activation: (app: TestApp) => rest(app.fetch, 'POST', '/_security/profile/_activate', loginBackend, grant),
  reading: (app: TestApp) => rest(app.fetch, 'GET', '/_security/_authenticate', loginBackend),
  refusal: (app: TestApp) =>
    rest(app.fetch, 'GET', '/_security/_authenticate', { ...elastic, password: 'wrong' }),
}
const statusOf = async (app: TestApp, name: keyof typeof requests) => (await requests[name](app)).status
const isThere = async (app: TestApp, username: string) =>
  (await rest(app.fetch, 'GET', `/_security/user/${username}`, elastic)).status === 200

describe('while no line can be written, by default', () => {
  let app: Awaited<ReturnType<typeof audited>>
  beforeAll(async () => {
    app = await audited('by_kind')
    app.to('/dev/full')
  })
  afterAll(() => app.close())

  it('changes of security data are refused at both doors before they are made', async () => {
    const byRest = await requests.change(app)
    expect(byRest.status).toBe(503)
    expect(byRest.body).toMatchObject({
      error: { reason: 'the audit log cannot be written, try again later' },
    })
    const put =
      'mutation { putUser(username: "new", user: { password: "n3w-p@ss", roles: [] }) { __typename } }'
    const byGraphql = await graphql(app.fetch, elastic, put)
    expect(byGraphql.status).toBe(503)
    expect(byGraphql.body).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] })
    expect(await isThere(app, 'new')).toBe(false)
  })

  it('everything else goes on, is counted, and said of once', async () => {
    const before = await app.failures()
    expect(await statusOf(app, 'activation')).toBe(200)
    expect(await statusOf(app, 'reading')).toBe(200)
    expect(await statusOf(app, 'refusal')).toBe(401)
    expect(await app.failures()).toBe(before + 5)
    expect(app.logs().split('audit lines cannot be written')).toHaveLength(2)
    expect((await rest(app.fetch, 'GET', '/health/ready', null)).body).toEqual({
      ...{ status: 'degraded', reason: 'the audit log cannot be written' },
    })
  })

  it('and all is well again once they can', async () => {
    app.to(file)
    expect(await statusOf(app, 'change')).toBe(200)
    expect(await isThere(app, 'new')).toBe(true)
    expect((await rest(app.fetch, 'GET', '/health/ready', null)).body).toEqual({ status: 'ready' })
    expect(readFileSync(file, 'utf8')).toMatch(/"action":"user-put",[^}]*"outcome":"success"/)
  })
})

it('while no line can be written, nothing is answered with refuse', async () => {
  const app = await audited('refuse')
  app.to('/dev/full')
  for (const name of ['change', 'activation', 'reading', 'refusal'] as const)
    expect([name, await statusOf(app, name)]).toEqual([name, 503])
  const byGraphql = await graphql(app.fetch, elastic, '{ viewer { username } }')
  expect(byGraphql).toMatchObject({
    status: 503,
    body: { errors: [{ extensions: { code: 'UNAVAILABLE' } }] },
  })
  app.to(file)
  expect(await statusOf(app, 'reading')).toBe(200)
  await app.close()
})

it('while no line can be written, everything is done with continue', async () => {
  const app = await audited('continue')
  app.to('/dev/full')
  const statuses: unknown[] = []
  for (const name of ['change', 'activation', 'reading', 'refusal'] as const)
    statuses.push(await statusOf(app, name))
  expect(statuses).toEqual([200, 200, 200, 401])
  expect(await app.failures()).toBeGreaterThan(5)
  await app.close()
})
