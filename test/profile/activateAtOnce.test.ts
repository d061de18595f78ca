import fc, { type Scheduler } from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Profile } from '../../src/profile/profile.ts'
import { baseOf } from '../../src/profile/uid.ts'
import { groundless } from '../support/groundless.ts'
import { heldBack } from '../support/heldBack.ts'
import { prepared, type TestDatabase } from '../support/testDatabase.ts'
import { activateOn, application, jacknich, jacknichGrant, profileOf, provision } from './activating.ts'

const emptied = prepared()

async function provisioned(): Promise<TestDatabase> {
  const stores = await emptied()
  await provision(stores)
  return stores
}

describe('fifty first activations at once', () => {
  it('make one profile, with which all are answered', async () => {
    const stores = await provisioned()
    const activate = activateOn(stores)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => profileOf(activate(application, jacknichGrant))),
    )
    const { profiles } = await stores.profiles.candidates(baseOf('jacknich'), null)
    expect(profiles).toHaveLength(1)
    expect(profiles[0]).toMatchObject({ uid: 'u_79HkWkwmnBH5gqFKwoxggWPjEBOur1zLPXQPEl1VBW0_0', seqNo: 0 })
    for (const answer of answers) expect(answer).toEqual(profiles[0])
  })

  it('write one version each where each must write, and none is lost', async () => {
    const stores = await provisioned()
    const activate = activateOn(stores, { unchangedGrace: 0 })
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => profileOf(activate(application, jacknichGrant))),
    )
    expect(new Set(answers.map(({ uid }) => uid)).size).toBe(1)
    const versions = answers.map(({ seqNo }) => seqNo).sort((one, other) => one - other)
    expect(versions).toEqual(Array.from({ length: 50 }, (_, n) => n))
  })

  it('make one profile for each user, where there are many', async () => {
    const stores = await provisioned()
    const usernames = Array.from({ length: 10 }, (_, n) => `user${n}`)
    for (const username of usernames) await stores.users.put({ ...jacknich, username }, groundless)
    const activate = activateOn(stores)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        profileOf(activate(application, { ...jacknichGrant, username: usernames[n % 10] ?? '' })),
      ),
    )
    expect(new Set(answers.map(({ uid }) => uid)).size).toBe(10)
    for (const [n, { user }] of answers.entries()) expect(user.username).toBe(usernames[n % 10])
  })
})

/** How the user came to be: the full name says how many changes there had been. Changes follow one another. */
interface Change {
  readonly enabled: boolean
  readonly begun: number
  acknowledged: number
}

interface Activation {
  readonly begun: number
  readonly ended: number
  /** The profile, or null if the grant was rejected. */
  readonly profile: Profile | null
}

interface Plan {
  /** For how many turns of the others to wait, and then what to make of the user. */
  readonly changes: readonly { pause: number; enabled: boolean }[]
  readonly unchangedGrace: number
}

const plan = fc.record({
  changes: fc.array(fc.record({ pause: fc.nat(12), enabled: mostly(true) }), { minLength: 2, maxLength: 6 }),
  unchangedGrace: fc.constantFrom(0, 30_000),
})

describe('activations that race with changes of the user', () => {
  // The scheduler holds back what the stores answer and gives it out in an order of its own: each run is another
  // interleaving. If one fails, it is printed.
  it('never bring an old user back, in whatever order the stores answer', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), plan, async (scheduler, given) => {
        const { activations, changes } = await race(scheduler, await provisioned(), given)
        for (const activation of activations) expectCurrent(activation, changes)
        expectForwards(activations)
      }),
      { numRuns: 60 },
    )
  })
})

async function race(scheduler: Scheduler, stores: TestDatabase, { changes: planned, unchangedGrace }: Plan) {
  let time = 0
  const changes: Change[] = [{ enabled: true, begun: 0, acknowledged: 0 }]
  const activations: Activation[] = []
  await stores.users.put({ ...jacknich, fullName: '0' }, groundless)
  const users = heldBack(scheduler, stores.users)
  const roles = heldBack(scheduler, stores.roles)
  const profiles = heldBack(scheduler, stores.profiles)
  const activate = activateOn({ users, roles, profiles }, { unchangedGrace })

  const change = async () => {
    for (const { pause, enabled } of planned) {
      for (let turn = 0; turn < pause; turn++) await scheduler.schedule(Promise.resolve(), 'pause')
      const made: Change = { enabled, begun: ++time, acknowledged: Infinity }
      const fullName = `${changes.push(made) - 1}`
      await users.put({ ...jacknich, fullName, enabled }, groundless)
      made.acknowledged = ++time
    }
  }
  const activateAgain = async () => {
    for (let turn = 0; turn < 3; turn++) {
      const begun = ++time
      const answer = await activate(application, jacknichGrant)
      activations.push({ begun, ended: ++time, profile: 'kind' in answer ? null : answer })
    }
  }
  await scheduler.waitFor(Promise.all([change(), ...Array.from({ length: 5 }, activateAgain)]))
  return { changes, activations }
}

/** The answer says how the user was at some moment between the beginning of the activation and its end. */
function expectCurrent({ begun, ended, profile }: Activation, changes: readonly Change[]): void {
  const oldest = changes.findLastIndex(({ acknowledged }) => acknowledged < begun)
  const newest = changes.findLastIndex((change) => change.begun < ended)
  if (!profile) {
    expect(changes.slice(oldest, newest + 1)).toContainEqual(expect.objectContaining({ enabled: false }))
    return
  }
  const version = Number(profile.user.fullName)
  expect(version).toBeGreaterThanOrEqual(oldest)
  expect(version).toBeLessThanOrEqual(newest)
  expect(changes[version]?.enabled).toBe(true)
}

/** What was written later never says less of the user than what was written before. */
function expectForwards(activations: readonly Activation[]): void {
  const profiles = activations.flatMap(({ profile }) => profile ?? [])
  const versions = profiles
    .toSorted((one, other) => one.seqNo - other.seqNo)
    .map(({ user }) => Number(user.fullName))
  expect(versions).toEqual(versions.toSorted((one, other) => one - other))
  expect(new Set(profiles.map(({ uid }) => uid)).size).toBeLessThanOrEqual(1)
}

function mostly(value: boolean) {
  return fc.oneof({ arbitrary: fc.constant(value), weight: 4 }, { arbitrary: fc.constant(!value), weight: 1 })
}
