import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { Answered, Fetch } from '../support/testApp.ts'
import type { People } from './people.ts'
import { latest, newPerson, versionIn, type Person } from './person.ts'
import { activateByGraphql, activateByRest, activationIn, putData, putUser } from './requests.ts'
import { isUnavailable } from './unavailable.ts'

/** Clients at work. */
export interface Load {
  /** What they have seen so far. */
  readonly seen: () => Seen
  /** Waits until that many requests were acknowledged. */
  readonly acknowledged: (count: number) => Promise<void>
  /** Waits until that many requests were answered 503. */
  readonly unavailable: (count: number) => Promise<void>
  /** Lets them finish the requests under way, and says what they saw. */
  readonly stop: () => Promise<Seen>
}

export interface Seen {
  acknowledged: number
  /** Answered 503, in the envelope of its door. */
  unavailable: number
  /** Not answered, because the connection broke. */
  broken: number
  /** For how long the slowest answer was waited, in milliseconds. */
  longest: number
  /** Whatever must not be. */
  problems: string[]
}

/** A client that waits longer than this is told nothing any more. */
const patience = 20_000

/**
 * Keeps clients at work until it is stopped: for each regular one that activates and one that changes the user and the
 * profile's data in turn, and one more for newcomers, who are added.
 */
export function startLoad(fetch: Fetch, { regulars, newcomers }: People): Load {
  const seen: Seen = { acknowledged: 0, unavailable: 0, broken: 0, longest: 0, problems: [] }
  let stopped = false
  onTestFinished(() => {
    stopped = true
  })
  const impatient: Fetch = (path, init) => fetch(path, { ...init, signal: AbortSignal.timeout(patience) })
  const done = Promise.all([
    ...regulars.flatMap((person) => [
      again((turn) => activate(person, turn % 2 === 0 ? activateByRest : activateByGraphql)),
      again((turn) => (turn % 2 === 0 ? change(person) : write(person))),
    ]),
    again(welcome),
  ])
  return {
    seen: () => seen,
    acknowledged: (count) => until(() => seen.acknowledged >= count),
    unavailable: (count) => until(() => seen.unavailable >= count),
    async stop() {
      stopped = true
      await done
      return seen
    },
  }

  async function until(reached: () => boolean): Promise<void> {
    const end = performance.now() + 2 * patience
    while (!reached()) {
      await delay(1)
      if (seen.problems.length > 0 || performance.now() > end)
        throw new Error(`this is what happened instead: ${JSON.stringify(seen)}`)
    }
  }

  /** Repeats a request until the load stops. After one that was not acknowledged it waits, as a client would. */
  async function again(request: (turn: number) => Promise<boolean>): Promise<void> {
    for (let turn = 0; !stopped; turn++) if (!(await request(turn))) await delay(20)
  }

  async function activate(person: Person, by: typeof activateByRest): Promise<boolean> {
    const known = person.users.acknowledged()
    const answer = await ask(() => by(impatient, person))
    if (!answer) return false
    const activation = activationIn(answer)
    const { uid, seqNo, user } = activation
    if (versionIn(user.full_name) < known) seen.problems.push(`${uid} answers what was before user ${known}`)
    if (person.activations.has(seqNo)) seen.problems.push(`${uid} gives _seq_no ${seqNo} twice`)
    person.activations.set(seqNo, activation)
    return true
  }

  async function change(person: Person, password?: string): Promise<boolean> {
    const version = person.users.send()
    const answer = await ask(() => putUser(impatient, person, version, password))
    if (answer) person.users.acknowledge(version)
    return answer !== null
  }

  async function write(person: Person): Promise<boolean> {
    const uid = latest(person)?.uid
    if (uid === undefined) return false
    const version = person.data.send()
    const answer = await ask(() => putData(impatient, uid, version))
    if (answer) person.data.acknowledge(version)
    return answer !== null
  }

  async function welcome(): Promise<boolean> {
    const person = newPerson(`newcomer-${newcomers.length}`)
    newcomers.push(person)
    return (await change(person, person.password)) && activate(person, activateByRest)
  }

  /** The answer if it acknowledges what was asked for. */
  async function ask(request: () => Promise<Answered>): Promise<Answered | null> {
    const begun = performance.now()
    try {
      const answer = await request()
      if (isAcknowledged(answer)) {
        seen.acknowledged += 1
        return answer
      }
      if (isUnavailable(answer)) seen.unavailable += 1
      else seen.problems.push(`answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    } catch (error) {
      if (error instanceof DOMException) seen.problems.push(`no answer within ${patience} ms`)
      else seen.broken += 1
    } finally {
      seen.longest = Math.max(seen.longest, performance.now() - begun)
    }
    return null
  }
}

/** Both doors say 200; at the GraphQL door that is also what a grant is refused with. */
function isAcknowledged({ status, body }: Answered): boolean {
  const { data } = body as { data?: { profile?: { uid?: string } } }
  return status === 200 && (data?.profile === undefined || data.profile.uid !== undefined)
}
