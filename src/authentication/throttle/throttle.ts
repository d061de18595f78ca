// The throttle: how often credentials may be tried. It counts attempts before anything is verified; it knows neither who
// is right, nor how that is found out.

import { failureOf } from '../../errors.ts'
import type { Attempt } from '../attempt.ts'
import type { Credentials } from '../credentials.ts'
import { createSecretNames } from '../secretNames.ts'
import type { AttemptRepository, Verdict } from './attemptRepository.ts'
import { createAttempts } from './attempts.ts'
import { createBudgets, type Budget, type BudgetsParts } from './budgets.ts'
import { createReservations } from './reservations.ts'
import { createSharedReservations } from './sharedReservations.ts'
import { tooManyAttempts, type TooManyAttempts } from './tooManyAttempts.ts'
import { createUnjudged } from './unjudged.ts'

/** What an answer says of credentials. Doubtful: some have refused them, and others could not judge. */
export type Judged = Verdict | 'doubtful'

/**
 * Has credentials judged, unless they were tried too often. In the end only wrong guesses count. A doubtful one counts for
 * the name alone: while realms cannot judge, it says nothing of whoever sends many. What nobody could judge does not count;
 * but after many different passwords of one name that nobody could judge, the next are judged `anew`: otherwise a
 * remembered one would stand out as the right one.
 * @throws what `judge` throws, `UNAVAILABLE`
 */
export type Throttle = <Answer>(
  credentials: Credentials,
  attempt: Attempt,
  judge: (anew: boolean) => Promise<Answer>,
  judged: (answer: Answer) => Judged,
) => Promise<Answer | TooManyAttempts>

interface ThrottleParts extends BudgetsParts {
  /** What all gateways count together; null: this is the only one. */
  shared: AttemptRepository | null
  /** Told why a verdict could not be passed on to the others. */
  report: (cause: unknown) => void
  /** Epoch milliseconds. */
  clock: () => number
}

/**
 * Counts attempts by name, by address where one is known, and grants by caller. Each is taken before it is judged, and
 * given back unless it was wrong, so those at once count like those one after another. Who has logged in from an address
 * is not kept out of there by what others try elsewhere.
 */
export function createThrottle({ shared, report, clock, ...parts }: ThrottleParts) {
  const budgetsOf = createBudgets(parts)
  const attempts = createAttempts(clock)
  const here = createReservations({ attempts, clock })
  const everywhere = shared && createSharedReservations({ attempts, reserve: here, shared, report, clock })
  const reserve = everywhere?.reserve ?? here
  const secretName = createSecretNames()
  const unjudged = createUnjudged(clock)

  const throttle: Throttle = async (credentials, attempt, judge, judged) => {
    const budgets = budgetsOf(credentials, attempt)
    if (budgets.length === 0) return judge(false)
    const name = nameOf(credentials, budgets)
    const reserved = await reserve({ name, budgets })
    if (reserved.kind === 'kept') return tooManyAttempts(Math.ceil(reserved.wait / 1_000))
    const counting = reserved.budgets.length > 0 ? reserved.budgets : attempts.countingOf(budgets)
    const answer = await judge(unjudged.areMany(counting)).catch((cause: unknown) => {
      if (failureOf(cause).code === 'UNAVAILABLE')
        unjudged.add(secretName(JSON.stringify(credentials)), counting)
      reserved.abandon(cause)
      throw cause
    })
    const verdict = judged(answer)
    if (verdict !== 'doubtful') reserved.settle(verdict)
    else
      reserved.settle(
        'wrong',
        reserved.budgets.filter((budget) => budget.of === 'name'),
      )
    return answer
  }

  return {
    throttle,
    /** Waits until all that was tried is counted. */
    close: async () => everywhere?.close(),
  }

  /** Names equal attempts, and nothing else can be read from it. */
  function nameOf(credentials: Credentials, budgets: readonly Budget[]): string {
    return secretName(JSON.stringify([credentials, budgets.map(({ key }) => key)]))
  }
}
