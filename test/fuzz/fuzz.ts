import fc from 'fast-check'
import { graphqlBodies, graphqlGets, graphqlPosts } from './graphql.ts'
import { jwtRequests } from './jwts.ts'
import { restBodies, restHeaders, restTargets } from './rest.ts'
import type { Session } from './session.ts'
import { shown, type WireRequest } from './wire.ts'

/** What requests are made of, by what is odd about them. */
export const targets: Readonly<Record<string, fc.Arbitrary<WireRequest>>> = {
  'REST bodies': restBodies,
  'REST paths and queries': restTargets,
  'REST headers': restHeaders,
  JWTs: jwtRequests,
  'GraphQL documents': graphqlPosts,
  'GraphQL bodies': graphqlBodies,
  'GraphQL by GET': graphqlGets,
}

export interface Failure {
  readonly target: string
  readonly seed: number
  readonly problem: string
  /** The smallest request that is answered wrongly; null where it took all of a batch. */
  readonly request: WireRequest | null
}

interface Fuzzing {
  session: Session
  /** Of the first batch; each has the next one. */
  seed: number
  /** Until when there are batches, in epoch milliseconds; one of each target there is in any case. */
  until: number
  only: RegExp
  /** Of one batch of one target. */
  requests: number
  /** Called after each batch of all targets. */
  onBatch?: () => Promise<void>
}

/** Sends batch after batch of each target, and goes on with the others where one has failed. */
export async function fuzz({ session, seed, until, only, requests, onBatch }: Fuzzing): Promise<Failure[]> {
  const failures: Failure[] = []
  const left = new Map(Object.entries(targets).filter(([name]) => only.test(name)))
  for (let batch = seed; left.size > 0; batch++) {
    for (const [target, arbitrary] of left) {
      const failure = await failureIn(session, arbitrary, batch, requests)
      if (!failure) continue
      failures.push({ target, seed: batch, ...failure })
      left.delete(target)
    }
    await onBatch?.()
    if (Date.now() >= until) break
  }
  return failures
}

async function failureIn(
  session: Session,
  arbitrary: fc.Arbitrary<WireRequest>,
  seed: number,
  numRuns: number,
): Promise<Pick<Failure, 'problem' | 'request'> | null> {
  const problems: string[] = []
  const property = fc.asyncProperty(arbitrary, async (request) => {
    const found = await session.attempt(request)
    if (found !== null) problems.push(found)
    return found === null
  })
  const { counterexample } = await fc.check(property, { seed, numRuns })
  const after = await session.renew()
  // The last that was found wrong is the smallest.
  if (counterexample) return { problem: problems.at(-1) ?? '', request: counterexample[0] }
  return after === null ? null : { problem: `after the batch: ${after}`, request: null }
}

/** So many requests of all targets, in turn. */
export function sampleOf(seed: number, count: number): WireRequest[] {
  const each = Object.values(targets)
  const lists = each.map((arbitrary) =>
    fc.sample(arbitrary, { seed, numRuns: Math.ceil(count / each.length) }),
  )
  return Array.from(
    { length: count },
    (_, n) => lists[n % each.length]?.[Math.floor(n / each.length)],
  ).filter((request) => request !== undefined)
}

/** A failure, and how to see it again. */
export function described({ target, seed, problem, request }: Failure): string {
  return [
    `${target}: ${problem.length > 2_000 ? `${problem.slice(0, 2_000)}…` : problem}`,
    ...(request ? ['', shown(request)] : []),
    '',
    `again: npm run fuzz -- --seed ${seed} --seconds 1 --only '^${target}$'`,
  ].join('\n')
}
