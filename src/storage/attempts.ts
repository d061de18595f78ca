import { sqltag as sql } from '@prisma/client/runtime/client'
import type {
  AttemptRepository,
  Full,
  Kept,
  Taken,
  Verdict,
} from '../authentication/throttle/attemptRepository.ts'
import type { Budget } from '../authentication/throttle/budgets.ts'
import { Failure } from '../errors.ts'
import type { Connected } from './client.ts'
import { createGroupCommit } from './groupCommit.ts'
import { unavailable } from './guarded.ts'
import { given } from './statement.ts'
import { unlessHeld } from './unlessHeld.ts'

/** After how long those that are being judged are taken for lost, in milliseconds: since the first of them was taken. */
const lease = 60_000

/** How many slow statements others do not wait for. */
const mostSlow = 0

/** How many rows one statement removes at most. */
const batch = 500

/** A budget that counts for an attempt. */
interface Counting {
  readonly key: string
  /** In milliseconds. */
  readonly wait: number
  readonly full: boolean
}

interface KeyRow {
  readonly key: string
}

interface Settled {
  readonly budgets: readonly Budget[]
  readonly verdict: Verdict
}

/**
 * Keeps attempts in the table `attempts` of PostgreSQL. Rows are locked in the order of their keys, of all that one
 * statement is made for; where somebody else holds one, or up to eight, those fail that need it, and no others. However
 * many attempts there are, three connections are used at most.
 */
export function createAttemptRepository({ client, prepare, now, clock, json }: Connected): AttemptRepository {
  const takeGiven = prepare<{ readonly counting: readonly Counting[] }>(sql`
    SELECT "counting" FROM "take_attempts"(${json(given)}, ${clock}, ${lease}::bigint) ORDER BY "position"`)
  const settleGiven = prepare(sql`SELECT "settle_attempts"(${json(given)}, ${clock})::text`)
  const readHeld = prepare<KeyRow>(sql`SELECT "key" FROM "held_attempts"(${json(given)}) AS "key"`)
  const readKnown = prepare<KeyRow>(sql`
    SELECT "key" FROM "attempts" WHERE "key" = ANY(ARRAY(SELECT jsonb_array_elements_text(${json(given)}))) AND "knownUntil" > ${clock}`)
  const take = createGroupCommit({
    statement: unlessHeld({ statement: takeAll, keysOf, heldOf }),
    mostSlow,
  })
  const settle = createGroupCommit({
    statement: unlessHeld({
      statement: settleAll,
      keysOf: ({ budgets }: Settled) => keysOf(budgets),
      heldOf,
    }),
    mostSlow,
  })
  const isKnown = createGroupCommit({ statement: areKnown, mostSlow })

  return {
    take: async (budgets) => (await take(budgets)) ?? fail(),
    async settle(budgets, verdict) {
      if ((await settle({ budgets, verdict })) === null) fail()
    },
    isKnown,
    // Those that somebody is using are not old.
    removeOld: () => client.$executeRaw`
      DELETE FROM "attempts" WHERE "key" IN
        (SELECT "key" FROM "attempts" WHERE "removableAt" <= ${now()} LIMIT ${batch} FOR UPDATE SKIP LOCKED)`,
  }

  async function takeAll(tried: readonly (readonly Budget[])[]): Promise<(Taken | Kept | Full)[]> {
    const attempts = tried.map((budgets) => budgets.map(({ key, ...budget }) => ({ given: key, ...budget })))
    const rows = await takeGiven(JSON.stringify(attempts))
    return rows.map(({ counting }, index) => answerOf(tried[index] ?? [], counting))
  }

  async function settleAll(settled: readonly Settled[]): Promise<true[]> {
    const verdicts = settled.flatMap(({ budgets, verdict }) =>
      budgets.map(({ key, ...budget }) => ({ given: key, ...budget, verdict })),
    )
    await settleGiven(JSON.stringify(verdicts))
    return settled.map(() => true)
  }

  async function heldOf(keys: readonly string[]): Promise<Set<string>> {
    return new Set((await readHeld(JSON.stringify(keys))).map(({ key }) => key))
  }

  async function areKnown(budgets: readonly Budget[]): Promise<boolean[]> {
    const known = new Set((await readKnown(JSON.stringify(keysOf(budgets)))).map(({ key }) => key))
    return budgets.map(({ key }) => known.has(key))
  }
}

function keysOf(budgets: readonly Budget[]): string[] {
  return budgets.map(({ key }) => key)
}

/** A row that it takes is held by somebody. */
function fail(): never {
  throw new Failure('UNAVAILABLE', unavailable, { isUndone: true })
}

function answerOf(budgets: readonly Budget[], counting: readonly Counting[]): Taken | Kept | Full {
  const [first] = counting.toSorted((one, other) => other.wait - one.wait)
  if (first && first.wait > 0) return { kind: 'kept', key: first.key, wait: first.wait }
  const full = counting.find((one) => one.full)
  if (full) return { kind: 'full', key: full.key }
  return { kind: 'taken', budgets: budgets.filter(({ key }) => counting.some((one) => one.key === key)) }
}
