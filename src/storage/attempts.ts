import type {
  AttemptRepository,
  Full,
  Kept,
  Taken,
  Verdict,
} from '../authentication/throttle/attemptRepository.ts'
import type { Budget } from '../authentication/throttle/budgets.ts'
import type { Connected } from './client.ts'
import { createGroupCommit } from './groupCommit.ts'

/** After how long those that are being judged are taken for lost, in milliseconds: since the first of them was taken. */
const lease = 60_000

/** How many rows one statement removes at most. */
const batch = 500

/** A budget that counts for an attempt. */
interface Counting {
  readonly key: string
  /** In milliseconds. */
  readonly wait: number
  readonly full: boolean
}

interface Settled {
  readonly budgets: readonly Budget[]
  readonly verdict: Verdict
}

/**
 * Keeps attempts in the table `attempts` of PostgreSQL. Rows are locked in the order of their keys, of all that one
 * statement is made for. However many attempts there are, three connections are used at most.
 */
export function createAttemptRepository({ client, now, json }: Connected): AttemptRepository {
  const take = createGroupCommit({ statement: takeAll, mostSlow: 0 })
  const settle = createGroupCommit({ statement: settleAll, mostSlow: 0 })
  const isKnown = createGroupCommit({ statement: areKnown, mostSlow: 0 })

  return {
    take,
    settle: (budgets, verdict) => settle({ budgets, verdict }),
    isKnown,
    // Those that somebody is using are not old.
    removeOld: () => client.$executeRaw`
      DELETE FROM "attempts" WHERE "key" IN
        (SELECT "key" FROM "attempts" WHERE "removableAt" <= ${now()} LIMIT ${batch} FOR UPDATE SKIP LOCKED)`,
  }

  async function takeAll(tried: readonly (readonly Budget[])[]): Promise<(Taken | Kept | Full)[]> {
    const given = tried.map((budgets) => budgets.map(({ key, ...budget }) => ({ given: key, ...budget })))
    const rows = await client.$queryRaw<{ readonly counting: readonly Counting[] }[]>`
      SELECT "counting" FROM "take_attempts"(${json(JSON.stringify(given))}, ${now()}, ${lease}::bigint) ORDER BY "position"`
    return rows.map(({ counting }, index) => answerOf(tried[index] ?? [], counting))
  }

  async function settleAll(settled: readonly Settled[]): Promise<undefined[]> {
    const given = settled.flatMap(({ budgets, verdict }) =>
      budgets.map(({ key, ...budget }) => ({ given: key, ...budget, verdict })),
    )
    await client.$queryRaw`SELECT "settle_attempts"(${json(JSON.stringify(given))}, ${now()})::text`
    return settled.map(() => undefined)
  }

  async function areKnown(budgets: readonly Budget[]): Promise<boolean[]> {
    const keys = JSON.stringify(budgets.map(({ key }) => key))
    const rows = await client.$queryRaw<{ readonly key: string }[]>`
      SELECT "key" FROM "attempts" WHERE "key" = ANY(ARRAY(SELECT jsonb_array_elements_text(${json(keys)}))) AND "knownUntil" > ${now()}`
    const known = new Set(rows.map(({ key }) => key))
    return budgets.map(({ key }) => known.has(key))
  }
}

function answerOf(budgets: readonly Budget[], counting: readonly Counting[]): Taken | Kept | Full {
  const [first] = counting.toSorted((one, other) => other.wait - one.wait)
  if (first && first.wait > 0) return { kind: 'kept', key: first.key, wait: first.wait }
  const full = counting.find((one) => one.full)
  if (full) return { kind: 'full', key: full.key }
  return { kind: 'taken', budgets: budgets.filter(({ key }) => counting.some((one) => one.key === key)) }
}
