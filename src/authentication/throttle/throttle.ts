// The throttle: how often the credentials of end users may be tried. It counts attempts before anything is verified; it
// knows neither who is right, nor how that is found out.

import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Attempt, SubjectAttempt } from '../attempt.ts'
import type { Credentials } from '../credentials.ts'
import { createAttempts, type Budget } from './attempts.ts'
import { networkOf } from './network.ts'
import { tooManyAttempts, type TooManyAttempts } from './tooManyAttempts.ts'

/**
 * Has credentials judged, unless they were tried too often. Only wrong guesses count in the end.
 * @throws what `judge` throws
 */
export type Throttle = <Answer>(
  credentials: Credentials,
  attempt: Attempt,
  judge: () => Promise<Answer>,
  isWrongGuess: (answer: Answer) => boolean,
) => Promise<Answer | TooManyAttempts>

interface ThrottleParts {
  /** How many wrong attempts there may be at one name, in all and from one address, before one has to wait. */
  attempts: number
  attempts_per_address: number
  attempts_per_caller: number
  /** How long the first wait is, and the longest, in milliseconds. */
  first_wait: number
  longest_wait: number
  /** After how long without another one a wrong attempt at a name is forgotten, in milliseconds. */
  forget_after: number
  /** Epoch milliseconds. */
  clock: () => number
}

/** How many users are known by the addresses from which they have logged in, and for how long, in milliseconds. */
const mostKnown = 100_000
const knownFor = 604_800_000

/**
 * Counts the attempts at grants in this process alone: by name, by caller, and where the end user's address is stated, by
 * that too. Each is taken before it is judged, and given back unless it was wrong, so those at once count like those one
 * after another. A user who has logged in from an address is not kept out of there by what others try elsewhere.
 */
export function createThrottle(parts: ThrottleParts): Throttle {
  const { clock } = parts
  const attempts = createAttempts({ firstWait: parts.first_wait, longestWait: parts.longest_wait, clock })
  const processKey = createSecretKey(randomBytes(32))
  /** Whether the first of the equal attempts under way has proved right. */
  const underWay = new Map<string, Promise<boolean>>()
  /** When which user last logged in from which address. */
  const known = new LRUCache<string, number>({ max: mostKnown })

  return async function throttle(credentials, attempt, judge, isWrongGuess) {
    if (attempt.role === 'caller') return judge()
    const pair = pairOf(credentials, attempt)
    const budgets = budgetsOf(credentials, attempt, pair)
    const name = nameOf(credentials, budgets)
    const first = underWay.get(name)
    // Who is right need not count for each of the requests that it sends at once.
    if (first && (await first)) return counted()
    const wait = attempts.take(budgets)
    if (wait > 0) return tooManyAttempts(Math.ceil(wait / 1_000))
    const judged = takenBack()
    if (underWay.has(name)) return judged
    const isRight = judged.then(
      (answer) => !isWrongGuess(answer),
      () => false,
    )
    underWay.set(name, isRight)
    void isRight.finally(() => underWay.delete(name))
    return judged

    async function takenBack() {
      let isWrong = false
      try {
        const answer = await judge()
        isWrong = isWrongGuess(answer)
        if (!isWrong && pair !== null) known.set(pair, clock())
        return answer
      } finally {
        if (!isWrong) attempts.giveBack(budgets)
      }
    }

    async function counted() {
      const answer = await judge()
      if (isWrongGuess(answer)) attempts.count(budgets)
      return answer
    }
  }

  /** Tokens cannot be guessed, and have no name that could be kept out: they count for the address alone. */
  function budgetsOf(credentials: Credentials, { caller }: SubjectAttempt, pair: string | null): Budget[] {
    const { realm, username, origin } = caller
    const ofAddress =
      origin.subjectAddress === null
        ? []
        : [budget(['address', networkOf(origin.subjectAddress)], parts.attempts_per_address)]
    if (credentials.kind !== 'password') return ofAddress
    const ofPair = pair === null ? [] : [budget(['pair', pair], parts.attempts)]
    if (pair !== null && isKnown(pair)) return ofPair
    return [
      budget(['name', folded(credentials.username)], parts.attempts),
      budget(['caller', realm.type, realm.name, username], parts.attempts_per_caller),
      ...ofPair,
      ...ofAddress,
    ]
  }

  /** All of a budget comes back in the time in which all of a name's does. */
  function budget(key: readonly string[], free: number): Budget {
    return { key: JSON.stringify(key), free, forgetAfter: (parts.forget_after * parts.attempts) / free }
  }

  /** Names equal attempts, and nothing else can be read from it. */
  function nameOf(credentials: Credentials, budgets: readonly Budget[]): string {
    const text = JSON.stringify([credentials, budgets.map(({ key }) => key)])
    return createHmac('sha256', processKey).update(text).digest('base64')
  }

  function isKnown(pair: string): boolean {
    const since = known.get(pair)
    return since !== undefined && clock() - since < knownFor
  }
}

/** Names a user together with the address that is stated, or null: there is none. */
function pairOf(credentials: Credentials, { caller: { origin } }: SubjectAttempt): string | null {
  if (credentials.kind !== 'password' || origin.subjectAddress === null) return null
  return JSON.stringify([folded(credentials.username), networkOf(origin.subjectAddress)])
}

/** Some realms do not tell cases apart: their users must not have one budget for each. */
function folded(username: string): string {
  return username.normalize('NFKC').toLowerCase()
}
