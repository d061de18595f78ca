import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Verdict } from '../../../src/authentication/throttle/attemptRepository.ts'
import { createAttempts } from '../../../src/authentication/throttle/attempts.ts'
import { budgetKey, type Budget } from '../../../src/authentication/throttle/budgets.ts'
import { prepared } from '../../support/testDatabase.ts'

const terms = fc.record({
  free: fc.integer({ min: 1, max: 4 }),
  firstWait: fc.integer({ min: 1, max: 5_000 }),
  longestWait: fc.integer({ min: 5_000, max: 30_000 }),
  forgetAfter: fc.integer({ min: 1, max: 20_000 }),
  rightForgets: fc.constantFrom(0, 700),
  of: fc.constant('name' as const),
  knownFor: fc.constant(0),
})
/** One at most tells who is known. */
const knowing = terms.map((one) => ({ ...one, knownFor: 15_000 }))

/** Some attempts that are under way together, each by the budgets of which it is taken, and what becomes of it. */
const together = fc.array(
  fc.record({
    of: fc.subarray([0, 1, 2], { minLength: 1 }),
    verdict: fc.constantFrom<Verdict>('right', 'wrong', 'wrong', 'wrong', 'unjudged'),
  }),
  { minLength: 1, maxLength: 5 },
)

const history = fc.array(fc.record({ pause: fc.integer({ min: 0, max: 12_000 }), together }), {
  maxLength: 12,
})

// Many statements for each history.
const timeout = 120_000

describe('what is tried', () => {
  const emptied = prepared()

  it(
    'is taken, kept and waits as long in PostgreSQL as in process, whatever was before',
    { timeout },
    async () => {
      let outcomes = { taken: 0, kept: 0, full: 0 }
      await fc.assert(
        fc.asyncProperty(fc.tuple(terms, terms, fc.oneof(terms, knowing)), history, async (each, steps) => {
          const { attempts: shared, setTime } = await emptied()
          if (!shared) throw new Error('no attempts are shared')
          let now = 1_800_000_000_000
          const here = createAttempts(() => now)
          const budgets = each.map((one, n): Budget => ({ key: budgetKey(`budget ${n}`), ...one }))
          for (const { pause, together } of steps) {
            await setTime((now += pause))
            const tried = together.map(({ of }) => of.flatMap((n) => budgets[n] ?? []))
            const answers = tried.map((one) => here.take(one))
            const shares = await Promise.all(tried.map((one) => shared.take(one)))
            expect(shares.map(comparable)).toEqual(answers.map(comparable))
            for (const { kind } of answers) outcomes = { ...outcomes, [kind]: outcomes[kind] + 1 }
            const taken = answers.flatMap((answer, n) =>
              answer.kind === 'taken' ? { of: answer.budgets, verdict: together[n]?.verdict ?? 'right' } : [],
            )
            // Those that are settled together have no order: the right ones are first.
            taken.sort((one, other) => Number(other.verdict === 'right') - Number(one.verdict === 'right'))
            for (const { of, verdict } of taken) here.settle(of, verdict)
            await Promise.all(taken.map(({ of, verdict }) => shared.settle(of, verdict)))
          }
        }),
        { numRuns: 30 },
      )
      // That each is met at all; how often is chance.
      expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(0)
    },
  )
})

/** Of two budgets that say the same, either may be named. */
function comparable(answer: object): object {
  return { ...answer, key: undefined }
}
