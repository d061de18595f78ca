import { hash } from '@node-rs/argon2'
import { describe, expect, it } from 'vitest'
import { factor } from '../support/factor.ts'
import { deployment, startGateways, type Gateways } from '../support/gateways.ts'
import { jacknich, loginBackend } from '../support/people.ts'
import { elastic, rest, type Answered, type Fetch } from '../support/testApp.ts'

const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const password_hash = await hash(loginBackend.password, cost)
const another_hash = await hash('an0ther-p@ssword', cost)

const role = 'role/profile_activator'
const user = `user/${loginBackend.username}`
const activator = { cluster: ['manage_user_profile'] }
const backend = { password_hash, roles: ['profile_activator'] }

type Request = readonly [method: string, path: string, body?: object]

/** What takes from a caller what it may do, and what gives it back. */
const changes: readonly { when: string; away: Request; back: Request; status: 401 | 403 }[] = [
  { when: 'its role is deleted', away: ['DELETE', role], back: ['PUT', role, activator], status: 403 },
  {
    when: 'its role loses the privilege',
    away: ['PUT', role, {}],
    back: ['PUT', role, activator],
    status: 403,
  },
  {
    when: 'it loses the role',
    away: ['PUT', user, { roles: [] }],
    back: ['PUT', user, backend],
    status: 403,
  },
  {
    when: 'it is disabled',
    away: ['PUT', `${user}/_disable`],
    back: ['PUT', `${user}/_enable`],
    status: 401,
  },
  {
    when: 'it gets another password',
    away: ['PUT', `${user}/_password`, { password_hash: another_hash }],
    back: ['PUT', `${user}/_password`, { password_hash }],
    status: 401,
  },
  { when: 'it is deleted', away: ['DELETE', user], back: ['PUT', user, backend], status: 401 },
]

describe(`a caller ${deployment.name}`, { timeout: factor(60_000) }, () => {
  it('is turned away by all gateways from when one has said so, until one says otherwise', async () => {
    // What it tries while it is turned away counts as wrong passwords do.
    const gateways = await startGateways(deployment, 'throttle.attempts: 1000000')
    await withTraffic(gateways, async () => {
      for (let round = 0; round < factor(5); round++) {
        const operator = gateways[round % gateways.length] ?? gateways[0]
        for (const { when, away, back, status } of changes) {
          await change(operator, away)
          for (const answer of await activateEverywhere(gateways)) expectTurnedAway(answer, status, when)
          await change(operator, back)
          for (const answer of await activateEverywhere(gateways))
            expect([when, answer.status]).toEqual([when, 200])
        }
      }
    })
  })
})

/** Does it while the caller goes on activating at all gateways, which keeps warm whatever they remember. */
async function withTraffic(gateways: Gateways, act: () => Promise<void>): Promise<void> {
  let going = true
  const traffic = gateways.map(async (fetch) => {
    while (going) expect((await activate(fetch)).status).toBeOneOf([200, 401, 403])
  })
  const acted = act().finally(() => {
    going = false
  })
  await Promise.all([acted, ...traffic])
}

function activateEverywhere(gateways: Gateways): Promise<Answered[]> {
  return Promise.all(gateways.flatMap((fetch) => [activate(fetch), activate(fetch)]))
}

function activate(fetch: Fetch): Promise<Answered> {
  const grant = { grant_type: 'password', ...jacknich }
  return rest(fetch, 'POST', '/_security/profile/_activate', loginBackend, grant)
}

async function change(fetch: Fetch, [method, path, body]: Request): Promise<void> {
  expect(await rest(fetch, method, `/_security/${path}`, elastic, body)).toMatchObject({ status: 200 })
}

/** The caller, not the user of the grant. */
function expectTurnedAway({ status, body }: Answered, expected: 401 | 403, when: string): void {
  const { reason } = (body as { error?: { reason?: string } }).error ?? {}
  const { username } = loginBackend
  expect([when, status, reason]).toEqual([
    when,
    expected,
    expect.stringContaining(
      expected === 403
        ? `is unauthorized for user [${username}]`
        : `unable to authenticate user [${username}] for REST request`,
    ),
  ])
}
