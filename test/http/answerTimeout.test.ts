import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ask, expectRefused, send } from '../graphql/ask.ts'
import { startCluster } from '../support/cluster.ts'
import { jacknich, loginBackend, provision } from '../support/people.ts'
import { basic, createTestApp, rest } from '../support/testApp.ts'

const cluster = await startCluster()
// The realm itself would wait for its cluster for a minute.
const { fetch, logs, close } = await createTestApp({
  settings: `
http.answer_timeout: 2s
realms.native.native.order: 0
realms.elasticsearch.main:
  order: 1
  hosts: ${cluster.url}
  http: { connection_read_timeout: 1m, socket_timeout: 1m }
`,
})
beforeAll(() => provision(fetch))
afterAll(async () => {
  await cluster.close()
  await close()
})

const message = 'the answer took too long: what the request asked for may still be done'
const kim = { username: 'kim', password: 'k1m-p@ssw0rd' }
const activate = 'mutation ($grant: GrantInput!) { activateProfile(grant: $grant) { __typename } }'
const query = '{ viewer { username } }'
const activateAtRest = () =>
  rest(fetch, 'POST', '/_security/profile/_activate', loginBackend, { grant_type: 'password', ...kim })

/** From now on nobody is told who a user of the cluster is, until whoever has asked is let go. */
function silence(): () => void {
  const asking: (() => void)[] = []
  cluster.fault = (_, response) => asking.push(() => response.destroy())
  const release = () => {
    for (const end of asking.splice(0)) end()
  }
  onTestFinished(release)
  return release
}

describe('what takes longer than it may', () => {
  it('is logged, and so is that it has failed later', async () => {
    const release = silence()
    const errors = () =>
      logs()
        .split('\n')
        .filter((line) => line.includes('"level":50'))
    const before = errors().length
    await activateAtRest()
    expect(errors().slice(before)).toEqual([expect.stringContaining(message)])
    release()
    await vi.waitFor(() => {
      expect(errors().slice(before)).toEqual([
        expect.stringContaining(message),
        expect.stringContaining('it cannot be asked'),
      ])
    })
  })

  it('is answered 503 at both doors, and says that the outcome is not known', async () => {
    silence()
    const [byGraphql, byRest] = await Promise.all([
      ask(fetch, activate, { grant: { password: kim } }, loginBackend),
      activateAtRest(),
    ])
    expectRefused(byGraphql, 503, 'UNAVAILABLE')
    expect(byGraphql.errors?.[0]?.message).toBe(message)
    const error = { type: 'unavailable_shards_exception', reason: message }
    expect(byRest).toMatchObject({ status: 503, body: { error } })
  })

  it('is answered 503 where it is to be learnt who calls: by POST, by GET, at both doors', async () => {
    silence()
    const byGet = { method: 'GET', headers: { authorization: basic(kim) }, search: { query } }
    const asked = [ask(fetch, query, {}, kim), send(fetch, byGet)]
    const atRest = rest(fetch, 'GET', '/_security/_authenticate', kim)
    for (const answer of await Promise.all(asked)) expectRefused(answer, 503, 'UNAVAILABLE')
    expect(await atRest).toMatchObject({ status: 503 })
  })

  it('is in the way of nobody else', async () => {
    silence()
    const waiting = activateAtRest()
    expect(await ask(fetch, activate, { grant: { password: jacknich } }, loginBackend)).toMatchObject({
      status: 200,
      data: { activateProfile: { __typename: 'Profile' } },
    })
    expect((await waiting).status).toBe(503)
  })
})
