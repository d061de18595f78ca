import { raw, sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { AttemptRepository } from '../authentication/throttle/attemptRepository.ts'
import type { Budget } from '../authentication/throttle/budgets.ts'
import type { Connected } from './client.ts'

/** After how long those that are being judged are taken for lost, in milliseconds: since the first of them was taken. */
const lease = 60_000

/** How many rows one statement removes at most. */
const batch = 500

/** A budget that counts. */
interface CountingRow {
  readonly budget: string
  readonly wait: bigint
  readonly full: boolean
}

/** Keeps attempts in the table `attempts` of PostgreSQL. Rows are locked in the order of their keys. */
export function createAttemptRepository({ client, now, json }: Connected): AttemptRepository {
  return {
    async take(budgets) {
      const rows = await client.$queryRaw<CountingRow[]>`
        SELECT * FROM "take_attempts"(${json(given(budgets))}, ${now()}, ${lease}::bigint)`
      const [first] = rows.toSorted((one, other) => Number(other.wait - one.wait))
      if (first && first.wait > 0n) return { kind: 'kept', key: first.budget, wait: Number(first.wait) }
      const full = rows.find((row) => row.full)
      if (full) return { kind: 'full', key: full.budget }
      return { kind: 'taken', budgets: budgets.filter(({ key }) => rows.some((row) => row.budget === key)) }
    },

    async settle(budgets, verdict) {
      await client.$executeRaw`
        WITH "settled" AS (
          SELECT "given".*, ${now()} AS "now" FROM ${budgetRows(budgets)} JOIN "attempts" ON "key" = "given"
          ORDER BY "key" FOR UPDATE OF "attempts"
        )
        UPDATE "attempts" SET "underWay" = greatest(0, "underWay" - 1), ${settledBy[verdict]}
        FROM "settled" WHERE "key" = "given"`
    },

    async isKnown({ key }) {
      const rows = await client.$queryRaw<unknown[]>`
        SELECT 1 FROM "attempts" WHERE "key" = ${key} AND "knownUntil" > ${now()}`
      return rows.length > 0
    },

    // Those that somebody is using are not old.
    removeOld: () => client.$executeRaw`
      DELETE FROM "attempts" WHERE "key" IN
        (SELECT "key" FROM "attempts" WHERE "removableAt" <= ${now()} LIMIT ${batch} FOR UPDATE SKIP LOCKED)`,
  }

  function budgetRows(budgets: readonly Budget[]): Sql {
    return sql`jsonb_to_recordset(${json(given(budgets))}) AS "given" ("given" text, "forgetAfter" bigint, "knownFor" bigint)`
  }
}

/** What a verdict changes beside that one less is being judged. */
const settledBy = {
  right: raw(
    `"knownUntil" = CASE WHEN "knownFor" > 0 THEN "now" + "knownFor" ELSE "knownUntil" END,
      "removableAt" = greatest("removableAt", "now" + "knownFor")`,
  ),
  wrong: raw(
    `"wrong" = greatest(0, "wrong" - greatest(0, "now" - "wrongAt") / "forgetAfter") + 1, "wrongAt" = "now"`,
  ),
  unjudged: raw('"removableAt" = "removableAt"'),
}

/** A budget as the statements take it. */
function given(budgets: readonly Budget[]): string {
  return JSON.stringify(budgets.map(({ key, ...budget }) => ({ key, given: key, ...budget })))
}
