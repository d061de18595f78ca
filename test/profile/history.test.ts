import { randomInt } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import { describe, expect, it } from 'vitest'
import { baseOf, uidOf } from '../../src/profile/uid.ts'
import { activationModel, type Answer, type Call } from '../support/activationModel.ts'
import { factor } from '../support/factor.ts'
import { deployments, startGateways } from '../support/gateways.ts'
import { linearizable, type Model, type Operation } from '../support/linearizable.ts'
import { loginBackend } from '../support/people.ts'
import { recordActivations } from '../support/recordActivations.ts'
import type { ProfileBody } from '../support/profileBody.ts'
import { rest, type Fetch } from '../support/testApp.ts'

type History = readonly Operation<Call, Answer>[]

const passwords = ['first p@ssword', 'second p@ssword', 'third p@ssword']

/** Some long histories, and many of which there is little more than the beginning. */
const lengths = Array.from({ length: factor(1) }).flatMap(() => [
  { clients: 12, calls: 25 },
  ...Array.from({ length: 6 }, () => ({ clients: 12, calls: 2 })),
])

describe.each(deployments)('many clients $name', (deployment) => {
  // The model knows no clock: either no time is long enough for a write, or any.
  it.each([
    { unchanged: 'written', grace: '0s' },
    { unchanged: 'kept', grace: '1d' },
  ] as const)(
    'are answered as if one came after another, where what is unchanged is $unchanged',
    { timeout: factor(120_000) },
    async ({ unchanged, grace }) => {
      // The model of what may be answered knows no throttle.
      const settings = `activation:\n  unchanged_grace: ${grace}\nthrottle:\n  attempts: 1000000\n  attempts_per_caller: 1000000\n`
      const gateways = await startGateways(deployment, settings)
      const hashes = await hashesOf(passwords)
      const firstSeed = Number(process.env.TEST_SEED ?? randomInt(1_000_000))
      for (const [index, length] of lengths.entries()) {
        const seed = firstSeed + 1_000 * index
        const username = `user-${seed}`
        try {
          const history = await recordActivations({ gateways, username, hashes, seed, ...length })
          expectExplained(history, activationModel({ username, unchanged }))
          expectOneBodyForEachVersion(history)
          await expectNoSecondProfile(gateways[0], username)
        } catch (error) {
          throw new Error(`with TEST_SEED=${seed}: ${String(error)}`, { cause: error })
        }
      }
    },
  )
})

async function hashesOf(passwords: readonly string[]): Promise<Map<string, string>> {
  const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
  const hashes = await Promise.all(passwords.map((password) => hash(password, cost)))
  return new Map(passwords.map((password, index) => [password, hashes[index] ?? '']))
}

function expectExplained<State>(history: History, model: Model<State, Call, Answer>): void {
  const verdict = linearizable(model, history)
  if (!verdict.explained) expect.fail(verdict.story)
}

/** So says the model too, unless it is wrong. */
function expectOneBodyForEachVersion(history: History): void {
  const bodies = new Map<number, ProfileBody>()
  for (const { answer } of history) {
    if (answer === null || typeof answer === 'string') continue
    const { _seq_no: seqNo } = answer._doc
    expect(answer).toEqual(bodies.get(seqNo) ?? answer)
    bodies.set(seqNo, answer)
  }
}

async function expectNoSecondProfile(fetch: Fetch, username: string): Promise<void> {
  const path = `/_security/profile/${uidOf(baseOf(username), 1)}`
  expect(await rest(fetch, 'GET', path, loginBackend)).toMatchObject({ status: 200, body: { profiles: [] } })
}
