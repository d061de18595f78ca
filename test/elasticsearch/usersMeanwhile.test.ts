import { availableParallelism } from 'node:os'
import { hash } from '@node-rs/argon2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiKeyRequests, apiKeyPath, type KeyAnswer, type Sender } from '../support/apiKeyRequests.ts'
import { createTestApp, elastic, type Answered, type Credentials } from '../support/testApp.ts'
import { tokenPath } from '../support/tokenRequests.ts'

// What ends a caller, or changes it, while many of its changes wait for the hash of a password.

const app = await createTestApp({ settings: 'throttle.attempts: 1000' })
const { send, issued, change, authenticate } = apiKeyRequests(app)
beforeAll(() => change('PUT', 'role/admin', { cluster: ['manage_security'] }))
afterAll(() => app.close())

const action = 'cluster:admin/xpack/security/user'
const password = 'p@ssw0rd'
let made = 0

/** A user whom no other test knows, and whose password is remembered, so that nothing but the new one is hashed. */
async function fresh(roles: readonly string[] = []): Promise<Credentials> {
  const user = { username: `user-${made++}`, password }
  await change('PUT', `user/${user.username}`, { password, roles })
  await authenticate(user)
  return user
}

/** Of many changes those that were too late were refused so, and nothing else went wrong. */
function expectRefused(answers: readonly Answered<KeyAnswer>[], username: string, verb: string): void {
  const reasons = answers.map(({ status, body }) =>
    status === 200 ? 'made' : `${status} ${body.error.reason}`,
  )
  const tooLate = `401 unable to authenticate user [${username}] for action [${action}/${verb}]`
  expect(reasons).toContain(tooLate)
  expect(reasons.filter((reason) => !/^(made|401 )/.test(reason))).toEqual([])
}

describe('a password that somebody else has reset', () => {
  it('stays, however many changes with the old one are under way', async () => {
    const alice = await fresh()
    const reset = await hash('res3t-p@ss', { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
    const path = `/_security/user/${alice.username}/_password`
    const thefts = Array.from({ length: 40 }, () => send('PUT', path, alice, { password: 'th1ef-p@ss' }))
    await Promise.race(thefts)
    await change('PUT', `user/${alice.username}/_password`, { password_hash: reset })
    const answers = await Promise.all(thefts)
    expect(await authenticate({ ...alice, password: 'res3t-p@ss' })).toMatchObject({ status: 200 })
    expectRefused(answers, alice.username, 'change_password')
  })
})

describe('nobody is put any more by a caller', () => {
  const cases: [string, (admin: Credentials) => Promise<[as: Sender, end: () => Promise<unknown>]>][] = [
    [
      'who was disabled',
      (admin) => Promise.resolve([admin, () => change('PUT', `user/${admin.username}/_disable`)]),
    ],
    [
      'whose token was invalidated',
      async (admin) => {
        const { body } = await send('POST', tokenPath, elastic, { grant_type: 'password', ...admin })
        const token = body.access_token
        return [`Bearer ${token}`, () => send('DELETE', tokenPath, elastic, { token })]
      },
    ],
    [
      'whose API key was invalidated',
      async (admin) => {
        const { id, as } = await issued({ name: 'k' }, admin)
        return [as, () => send('DELETE', apiKeyPath, elastic, { ids: [id] })]
      },
    ],
  ]

  it.each(cases)('%s', async (_, prove) => {
    const admin = await fresh(['admin'])
    const [as, end] = await prove(admin)
    const user = { password, roles: ['superuser'] }
    const puts = Array.from({ length: 40 * availableParallelism() }, (_, n) =>
      send('PUT', `/_security/user/of-${admin.username}-${n}`, as, user),
    )
    await Promise.race(puts)
    await end()
    const there = await everybody()
    const answers = await Promise.all(puts)
    expect(await everybody()).toEqual(there)
    expectRefused(answers, admin.username, 'put')
  })

  async function everybody(): Promise<string[]> {
    const { body } = await send('GET', '/_security/user', elastic)
    return Object.keys(body)
  }
})

describe('of own changes at once', () => {
  it('one is made, and the others are 401', async () => {
    for (let round = 0; round < 5; round++) {
      const admin = await fresh(['admin'])
      const path = `/_security/user/${admin.username}`
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_, n) =>
          n % 2
            ? send('PUT', path, admin, { password: `an0ther-${n}`, roles: ['admin'] })
            : send('PUT', `${path}/_password`, admin, { password: `an0ther-${n}` }),
        ),
      )
      expect(answers.map(({ status }) => status).sort()).toEqual([
        200,
        ...Array.from({ length: 15 }, () => 401),
      ])
      const accepted = `an0ther-${answers.findIndex(({ status }) => status === 200)}`
      expect(await authenticate({ ...admin, password: accepted })).toMatchObject({ status: 200 })
    }
  })
})
