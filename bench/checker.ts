import type { Answer } from './connection.ts'
import { doors, type Activated } from './doors.ts'
import type { Job, Rule } from './job.ts'

/** What a user's last answer said. */
interface Last {
  readonly seqNo: number
  readonly lastSynchronized: number
}

/**
 * Checks every answer, also against the one before of the same user in the same database. The function takes down
 * what is known when a request is sent, and returns the check of its answer; that throws what is wrong.
 */
export function createChecker() {
  const histories = new Map<string, Map<string, Last>>()

  return function expect(uid: string, { door, history, rule }: Pick<Job, 'door' | 'history' | 'rule'>) {
    const known = historyOf(history)
    const before = known.get(uid)

    return function check({ status, body }: Answer): void {
      const activated = status === 200 ? readOrNull(() => doors[door].read(body)) : null
      const problem = activated ? problemOf(activated, uid, rule, before) : 'it is no profile'
      if (problem !== null) {
        throw new Error(
          `wrong answer of ${history} at the door ${door} for ${uid}: ${problem}\n${status} ${body}`,
        )
      }
      known.set(uid, activated as Last)
    }
  }

  function historyOf(name: string): Map<string, Last> {
    const history = histories.get(name) ?? new Map<string, Last>()
    histories.set(name, history)
    return history
  }
}

function readOrNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}

function problemOf(activated: Activated, uid: string, rule: Rule, before: Last | undefined): string | null {
  const { seqNo, lastSynchronized } = activated
  if (activated.uid !== uid) return 'it is about somebody else'
  if (!Number.isSafeInteger(seqNo) || !Number.isSafeInteger(lastSynchronized))
    return 'it lacks its version or time'
  return ruleProblem(seqNo as number, lastSynchronized as number, rule, before)
}

function ruleProblem(seqNo: number, time: number, rule: Rule, before: Last | undefined): string | null {
  if (rule === 'first') return seqNo === 0 ? null : 'the profile was there before'
  if (rule === 'any') return null
  if (!before) return 'there is none before to compare it with'
  const said = `, before at seqNo ${before.seqNo}, time ${before.lastSynchronized}`
  if (rule === 'writes') return seqNo > before.seqNo ? null : `nothing was written${said}`
  if (seqNo === before.seqNo && time === before.lastSynchronized) return null
  const graceOver = seqNo === before.seqNo + 1 && time - before.lastSynchronized >= rule.graceMs
  return graceOver ? null : `something was written within the grace${said}`
}
