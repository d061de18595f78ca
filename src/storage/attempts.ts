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

/** How many attempts one statement takes or settles at most. */
const most = 64

/** How many rows one statement removes at most. */
const batch = 500

/** A budget that counts, of the attempt at that position. */
interface CountingRow {
  readonly position: bigint
  readonly budget: string
  readonly wait: bigint
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
  const take = createGroupCommit({ most, statement: takeAll })
  const settle = createGroupCommit({ most, statement: settleAll })
  const isKnown = createGroupCommit({ most, statement: areKnown })

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
    const rows = await client.$queryRaw<CountingRow[]>`
      SELECT * FROM "take_attempts"(${json(JSON.stringify(given))}, ${now()}, ${lease}::bigint)`
    const counting = Map.groupBy(rows, ({ position }) => Number(position))
    return tried.map((budgets, index) => answerOf(budgets, counting.get(index + 1) ?? []))
  }

  async function settleAll(settled: readonly Settled[]): Promise<undefined[]> {
    const given = settled.flatMap(({ budgets, verdict }) =>
      budgets.map(({ key, free: _, ...terms }) => ({ given: key, ...terms, verdict })),
    )
    await client.$executeRaw`
      WITH "given" AS (
        SELECT "given", count(*) AS "settled", count(*) FILTER (WHERE "verdict" = 'wrong') AS "proved",
          coalesce(sum("rightForgets") FILTER (WHERE "verdict" = 'right'), 0)::bigint AS "sooner",
          max("forgetAfter") AS "forgetAfter", max(nullif("knownFor", 0)) FILTER (WHERE "verdict" = 'right') AS "knownFor"
        FROM jsonb_to_recordset(${json(JSON.stringify(given))})
          AS "rows" ("given" text, "forgetAfter" bigint, "knownFor" bigint, "rightForgets" bigint, "verdict" text)
        GROUP BY "given"
      ), "held" AS (
        SELECT "given".*, "key", "now", "forgottenAt" - "sooner" AS "before"
        FROM "given" JOIN "attempts" ON "key" = "given", (SELECT ${now()} AS "now") AS "clock"
        ORDER BY "key" FOR UPDATE OF "attempts"
      ), "counted" AS (
        SELECT "held".*, CASE WHEN "proved" = 0 THEN "before"
          ELSE greatest("before", "now") + "proved" * "forgetAfter" END AS "after" FROM "held"
      )
      UPDATE "attempts" SET "underWay" = greatest(0, "underWay" - "settled"), "forgottenAt" = "after",
        "wrongAt" = CASE WHEN "proved" = 0 THEN "wrongAt" ELSE "now" END,
        "knownUntil" = coalesce("now" + "knownFor", "knownUntil"),
        "removableAt" = greatest("removableAt", "after", "now" + "knownFor")
      FROM "counted" WHERE "attempts"."key" = "counted"."key"`
    return settled.map(() => undefined)
  }

  async function areKnown(budgets: readonly Budget[]): Promise<boolean[]> {
    const keys = JSON.stringify(budgets.map(({ key }) => key))
    const rows = await client.$queryRaw<{ readonly key: string }[]>`
      SELECT "key" FROM "attempts" WHERE "key" IN (SELECT jsonb_array_elements_text(${json(keys)})) AND "knownUntil" > ${now()}`
    const known = new Set(rows.map(({ key }) => key))
    return budgets.map(({ key }) => known.has(key))
  }
}

function answerOf(budgets: readonly Budget[], counting: readonly CountingRow[]): Taken | Kept | Full {
  const [first] = counting.toSorted((one, other) => Number(other.wait - one.wait))
  if (first && first.wait > 0n) return { kind: 'kept', key: first.budget, wait: Number(first.wait) }
  const full = counting.find((row) => row.full)
  if (full) return { kind: 'full', key: full.budget }
  return { kind: 'taken', budgets: budgets.filter(({ key }) => counting.some((row) => row.budget === key)) }
}
