import fc, { type Scheduler } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../src/errors.ts'
import type { Profile } from '../../src/profile/profile.ts'
import { baseOf } from '../../src/profile/uid.ts'
import { groundless } from '../support/groundless.ts'
import { heldBack } from '../support/heldBack.ts'
import { prepared, type TestDatabase } from '../support/testDatabase.ts'
import { activateOn, application, jacknich, jacknichGrant, provision } from './activating.ts'
import { activateMineOn, callerOf, ownProfile } from './activatingMine.ts'

const emptied = prepared()

async function provisioned(): Promise<TestDatabase> {
  const stores = await emptied()
  await provision(stores)
  return stores
}

const storedIn = async ({ profiles }: Pick<TestDatabase, 'profiles'>) =>
  (await profiles.candidates(baseOf('jacknich'), null)).profiles

describe('a hundred first activations of oneself at once', () => {
  it('make one profile, with which all are answered', async () => {
    const stores = await provisioned()
    const caller = await callerOf(stores, 'jacknich')
    const activate = activateMineOn(stores)
    const answers = await Promise.all(Array.from({ length: 100 }, () => ownProfile(activate(caller))))
    const stored = await storedIn(stores)
    expect(stored).toMatchObject([{ seqNo: 0 }])
    for (const answer of answers) expect(answer).toEqual(stored[0])
  })

  it('write one version each where each must write, beside those of applications', async () => {
    const stores = await provisioned()
    const caller = await callerOf(stores, 'jacknich')
    const [mine, byGrant] = [
      activateMineOn(stores, { unchangedGrace: 0 }),
      activateOn(stores, { unchangedGrace: 0 }),
    ]
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        n % 4 === 0 ? byGrant(application, jacknichGrant) : mine(caller),
      ),
    )
    const versions = answers.map((answer) => ('seqNo' in answer ? answer.seqNo : answer.message))
    expect(new Set(versions)).toEqual(new Set(Array.from({ length: 100 }, (_, n) => n)))
    expect(await storedIn(stores)).toMatchObject([{ seqNo: 99 }])
  })
})

interface Answered {
  /** By a clock that counts what happens. */
  readonly begun: number
  readonly answer: Profile | 'ProfileDisabled' | 'UNAVAILABLE'
}

describe('activations of oneself that race with whoever changes and disables', () => {
  // The scheduler gives out what the stores answer in an order of its own: each run is another interleaving.
  it('never enable, never go back, never fail but to be tried again', { timeout: 120_000 }, async () => {
    const pauses = fc.array(fc.nat(12), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), pauses, fc.nat(20), async (scheduler, changes, disableAfter) => {
        const stores = await provisioned()
        const { answers, disabledAt } = await race(scheduler, stores, changes, disableAfter)
        const late = answers.filter(({ begun }) => begun > disabledAt)
        for (const { answer } of late) expect(['ProfileDisabled', 'UNAVAILABLE']).toContain(answer)
        const [stored, ...others] = await storedIn(stores)
        expect(others).toEqual([])
        if (disabledAt < Infinity) expect(stored).toMatchObject({ enabled: false })
        expectForwards(answers)
      }),
      { numRuns: 60 },
    )
  })
})

async function race(
  scheduler: Scheduler,
  stores: TestDatabase,
  changes: readonly number[],
  disableAfter: number,
) {
  let time = 0
  let disabledAt = Infinity
  const answers: Answered[] = []
  await stores.users.put({ ...jacknich, fullName: '0' }, groundless)
  const users = heldBack(scheduler, stores.users)
  const profiles = heldBack(scheduler, stores.profiles)
  const activate = activateMineOn({ profiles }, { unchangedGrace: 0 })
  const wait = async (turns: number) => {
    for (let turn = 0; turn < turns; turn++) await scheduler.schedule(Promise.resolve(), 'pause')
  }

  const change = async () => {
    for (const [index, pause] of changes.entries()) {
      await wait(pause)
      await users.put({ ...jacknich, fullName: `${index + 1}` }, groundless)
    }
  }
  const disable = async () => {
    await wait(disableAfter)
    for (const { uid } of await storedIn({ profiles })) {
      if (await profiles.setEnabled(uid, false)) disabledAt = ++time
    }
  }
  const activateAgain = async () => {
    for (let turn = 0; turn < 3; turn++) {
      const begun = ++time
      const caller = await callerOf({ users }, 'jacknich')
      const answer = await activate(caller).catch((thrown: unknown) => {
        const { code } = failureOf(thrown)
        if (code !== 'UNAVAILABLE') throw thrown
        return code
      })
      const known = typeof answer === 'object' && 'kind' in answer ? ('ProfileDisabled' as const) : answer
      answers.push({ begun, answer: known })
    }
  }
  const all = [change(), disable(), ...Array.from({ length: 4 }, activateAgain)]
  await scheduler.waitFor(Promise.all(all))
  return { answers, disabledAt }
}

/** What was written later never says less of the user than what was written before. */
function expectForwards(answers: readonly Answered[]): void {
  const profiles = answers.flatMap(({ answer }) => (typeof answer === 'object' ? [answer] : []))
  const versions = profiles
    .toSorted((one, other) => one.seqNo - other.seqNo)
    .map(({ user }) => Number(user.fullName))
  expect(versions).toEqual(versions.toSorted((one, other) => one - other))
}
