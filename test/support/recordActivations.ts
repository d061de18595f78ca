import { setTimeout } from 'node:timers/promises'
import { createActivationClient, type Door } from './activationClient.ts'
import type { Answer, Call } from './activationModel.ts'
import type { Gateways } from './gateways.ts'
import type { Operation } from './linearizable.ts'
import { createRandom, type Random } from './random.ts'

interface Recording {
  readonly gateways: Gateways
  /** Nobody has used it before. */
  readonly username: string
  readonly hashes: ReadonlyMap<string, string>
  readonly seed: number
  readonly clients: number
  /** How many calls each client makes, about. */
  readonly calls: number
}

/** What clients believe of the user, rightly or not: most of what they ask would be refused otherwise. */
interface Belief {
  version: number
  password: string
}

/**
 * Lets many clients change one user and activate, change and read its profile, all at once and at all gateways, and
 * returns all that was answered. What they ask, though not when, is the same again for the same seed.
 */
export async function recordActivations(recording: Recording): Promise<Operation<Call, Answer>[]> {
  const { gateways, username, hashes, seed, clients, calls } = recording
  const asking = gateways.map((fetch) => createActivationClient({ fetch, username, hashes }))
  const history: Operation<Call, Answer>[] = []
  const [password = '', ...passwords] = hashes.keys()
  const belief: Belief = { version: 1, password }

  await record(createRandom(seed), { kind: 'put user', ...belief })
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const random = createRandom(seed + client + 1)
      for (let made = 0; made < calls;) {
        for (const call of nextCalls(random, belief, [password, ...passwords])) {
          if (random.chance(0.3)) await setTimeout(random.below(4))
          await record(random, call)
          made += 1
        }
      }
    }),
  )
  await record(createRandom(seed), { kind: 'get profile' })
  return history

  async function record(random: Random, call: Call): Promise<void> {
    const ask = random.oneOf(asking as [(typeof asking)[0] & {}])
    const door = random.oneOf<Door>(['REST', 'GraphQL'])
    const begun = performance.now()
    const answer = await ask(call, door)
    history.push({ call, answer, begun, ended: performance.now() })
  }
}

/** A call, or some that belong together: what is taken away comes back. */
function nextCalls(random: Random, belief: Belief, passwords: readonly [string, ...string[]]): Call[] {
  const chosen = random.below(100)
  if (chosen < 54) {
    return [{ kind: 'activate', password: random.chance(0.97) ? belief.password : random.oneOf(passwords) }]
  }
  if (chosen < 65) return [{ kind: 'get profile' }]
  if (chosen < 75) return [{ kind: 'put user', version: ++belief.version, password: null }]
  if (chosen < 82) {
    const { version } = belief
    return [version + 1_000, version].map((each) => ({ kind: 'put user', version: each, password: null }))
  }
  if (chosen < 85) {
    belief.password = random.oneOf(passwords)
    return [{ kind: 'change password', password: belief.password }]
  }
  if (chosen < 88) return [false, true].map((enabled) => ({ kind: 'set user enabled', enabled }))
  if (chosen < 89) {
    belief.password = random.oneOf(passwords)
    return [
      { kind: 'delete user' },
      { kind: 'put user', version: ++belief.version, password: belief.password },
    ]
  }
  if (chosen < 94) return [{ kind: 'set profile enabled', enabled: random.chance(0.3) }]
  return [{ kind: 'set label', name: random.oneOf(['blue', 'green']), value: random.below(3) }]
}
