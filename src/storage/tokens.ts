import { randomUUID } from 'node:crypto'
import { join, raw, sqltag as sql, type RawValue, type Sql } from '@prisma/client/runtime/client'
import type { Lifetimes, TokenRepository, TokenSelection } from '../authentication/tokens/tokenRepository.ts'
import { baseOf } from './baseOf.ts'
import type { Connected } from './client.ts'
import { isValidToken } from './isValidToken.ts'
import { isSameUser } from './stands.ts'
import { createTokenReads, isItsUser } from './tokenReads.ts'

/** How many pairs one statement removes at most. */
const batch = 500

/** Keeps tokens in the table `tokens`: each row a pair. */
export function createTokenRepository(connected: Connected): TokenRepository {
  const { client, now, json, forShare } = connected
  return {
    async create({ snapshot, client: { username, realm }, parent, ...pair }, lifetimes, basis) {
      const columns: Record<string, RawValue> = {
        ...pair,
        base: baseOf(pair.username),
        incarnation: basis === null ? null : (basis.incarnation ?? ''),
        subject: snapshot ? json(JSON.stringify(snapshot)) : sql`NULL`,
        family: parent?.family ?? randomUUID(),
        familyStartedAt: parent?.familyStartedAt ?? sql`"now"`,
        clientUsername: username,
        clientRealmName: realm.name,
        clientRealmType: realm.type,
      }
      const written = await client.$executeRaw`
        INSERT INTO "tokens" (${join(Object.keys(columns).map(column))}, ${stateColumns})
        SELECT ${join(Object.values(columns))}, ${stateFrom(sql`"now"`, lifetimes, pair.refreshHash !== null)}
        FROM (SELECT ${now()} AS "now") AS "clock"
        WHERE ${isSameUser(basis, forShare)} AND ${isValidToken(parent, forShare)}`
      return written > 0
    },

    find: createTokenReads(connected),

    async use(accessHash, salt, usedAt) {
      const written = await client.$executeRaw`
        UPDATE "tokens" SET "refreshedAt" = ${now()}, "successorSalt" = ${salt}
        WHERE "accessHash" = ${accessHash} AND "refreshedAt" IS NOT DISTINCT FROM ${usedAt} AND ${refreshable()}`
      return written > 0
    },

    async succeed({ accessHash, salt }, successor, lifetimes) {
      // One that is there already stays as it is; with nothing to update, the statement would not say that it is.
      const written = await client.$executeRaw`
        INSERT INTO "tokens" ("accessHash", "refreshHash", ${inherited}, ${stateColumns})
        SELECT ${successor.accessHash}, ${successor.refreshHash}, ${inherited},
          ${stateFrom(sql`"refreshedAt"`, lifetimes, successor.refreshHash !== null)}
        FROM "tokens" WHERE "accessHash" = ${accessHash} AND "successorSalt" = ${salt} AND ${refreshable()}
        ${forShare}
        ON CONFLICT ("accessHash") DO UPDATE SET "family" = excluded."family"`
      return written > 0
    },

    async active(selection, until) {
      const [row] = await client.$queryRaw<
        Record<'valid' | 'tokens' | 'newestLogin', bigint | number | null>[]
      >`
        SELECT max("familyStartedAt") AS "newestLogin",
          sum(CASE WHEN "accessInvalidated" THEN 0 ELSE 1 END
            + CASE WHEN "refreshInvalidated" OR "refreshHash" IS NULL THEN 0 ELSE 1 END) AS "valid",
          sum(CASE WHEN "refreshHash" IS NULL THEN 1 ELSE 2 END) AS "tokens"
        FROM "tokens" WHERE ${activeIn(selection)} AND ${until === null ? sql`1 = 1` : isLeftUntil(until)}`
      const [valid, tokens] = [Number(row?.valid ?? 0), Number(row?.tokens ?? 0)]
      return { valid, invalidated: tokens - valid, newestLogin: Number(row?.newestLogin ?? 0) }
    },

    async invalidateActive(selection, until) {
      const written = await client.$executeRaw`
        UPDATE "tokens" SET "accessInvalidated" = true, "refreshInvalidated" = ("refreshHash" IS NOT NULL)
        WHERE ${activeIn(selection)} AND "familyStartedAt" <= ${until}`
      return written > 0
    },

    async invalidate(kind, accessHash) {
      const flag = column(kind === 'access' ? 'accessInvalidated' : 'refreshInvalidated')
      const written = await client.$executeRaw`
        UPDATE "tokens" SET ${flag} = true WHERE "accessHash" = ${accessHash} AND NOT ${flag}`
      return written > 0
    },

    removeOld: () => client.$executeRaw`
      DELETE FROM "tokens" WHERE "accessHash" IN
        (SELECT "accessHash" FROM "tokens" WHERE "removableAt" <= ${now()} LIMIT ${batch})`,

    wipeSalts: (age) => client.$executeRaw`
      UPDATE "tokens" SET "successorSalt" = NULL
      WHERE "successorSalt" IS NOT NULL AND "refreshedAt" < ${now()} - ${age}`,
  }

  function refreshable(): Sql {
    return sql`NOT "refreshInvalidated" AND "refreshExpiresAt" > ${now()}`
  }

  /** The condition that one of a pair's tokens at least is active, of those selected. */
  function activeIn(selection: TokenSelection): Sql {
    return sql`${selected(selection)} AND ${userStands} AND (
      NOT "accessInvalidated" AND "accessExpiresAt" > ${now()}
      OR NOT "refreshInvalidated" AND "refreshExpiresAt" + ${refreshingTime} > ${now()}
    )`
  }
}

/**
 * The condition that a pair is of a login until a time, and left of it when others were invalidated. Where the clock was put
 * back, the time alone does not tell it from those of logins that begin now.
 */
function isLeftUntil(until: number): Sql {
  return sql`"familyStartedAt" <= ${until} AND EXISTS (
    SELECT 1 FROM "tokens" AS "ended" WHERE "ended"."family" = "tokens"."family" AND "ended"."accessInvalidated"
  )`
}

/**
 * For how long after its end a refresh token still counts as active: a refreshing that began before may not be done,
 * and its successor must not escape an invalidation. In milliseconds.
 */
const refreshingTime = 60_000

/** The condition that a pair rests on no user of ours, or on one who is still that one. */
const userStands = sql`("tokens"."incarnation" IS NULL OR EXISTS (SELECT 1 FROM "users" WHERE ${isItsUser}))`

/** What a successor has of its predecessor. */
const inherited = raw(
  '"family", "familyStartedAt", "base", "username", "realmName", "realmType", "incarnation", "subject", "apiKeyId", "clientUsername", ' +
    '"clientRealmName", "clientRealmType"',
)

const stateColumns = raw(
  '"accessInvalidated", "refreshInvalidated", "issuedAt", "accessExpiresAt", "refreshExpiresAt", "removableAt"',
)

/** The state of a pair that is issued at a time. */
function stateFrom(issuedAt: Sql, { access, refresh, remembered }: Lifetimes, withRefresh: boolean): Sql {
  const refreshEnd = withRefresh ? sql`${issuedAt} + ${refresh}` : sql`NULL`
  const life = remembered + (withRefresh ? Math.max(access, refresh) : access)
  return sql`false, false, ${issuedAt}, ${issuedAt} + ${access}, ${refreshEnd}, ${issuedAt} + ${life}`
}

function selected(selection: TokenSelection): Sql {
  if ('family' in selection) return sql`"family" = ${selection.family}`
  const { username, realmName } = selection
  const conditions = [
    ...(username === null ? [] : [sql`"base" = ${baseOf(username)}`, sql`"tokens"."username" = ${username}`]),
    ...(realmName === null ? [] : [sql`"realmName" = ${realmName}`]),
  ]
  return join(conditions, ' AND ')
}

function column(name: string): Sql {
  return raw(`"${name}"`)
}
