import { join, raw, sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type {
  ApiKeyRepository,
  ApiKeySelection,
  OwnerSelection,
  Page,
} from '../authentication/apiKeys/apiKeyRepository.ts'
import { baseOf } from './baseOf.ts'
import { createApiKeyReads } from './apiKeyReads.ts'
import { apiKeyOf, isValidKey, type ApiKeyRow } from './apiKeyRow.ts'
import type { Connected } from './client.ts'
import { isValidToken } from './isValidToken.ts'
import { stands } from './stands.ts'

/** How many keys one statement removes at most. */
const batch = 500

/** Keeps API keys in the table `api_keys`. */
export function createApiKeyRepository(connected: Connected): ApiKeyRepository {
  const { client, now, json, forShare } = connected
  return {
    async create(
      { owner: { username, realm, via }, limitedBy, parent, ...key },
      { valid, retained, most },
      basis,
    ) {
      const columns = {
        id: key.id,
        keyHash: key.keyHash,
        name: key.name,
        base: baseOf(username),
        username,
        realmName: realm.name,
        realmType: realm.type,
        roleDescriptors: json(JSON.stringify(key.roleDescriptors)),
        // Through which realm its owner came has no column of its own.
        limitedBy: json(JSON.stringify({ roles: limitedBy, via })),
        metadata: json(JSON.stringify(key.metadata)),
        createdAt: sql`"now"`,
        expiresAt: valid === null ? sql`NULL` : sql`"now" + ${valid}`,
        removableAt: valid === null ? sql`NULL` : sql`"now" + ${valid + retained}`,
      }
      const [made] = await client.$queryRaw<Pick<ApiKeyRow, 'createdAt' | 'expiresAt'>[]>`
        INSERT INTO "api_keys" (${join(Object.keys(columns).map((name) => raw(`"${name}"`)))})
        SELECT ${join(Object.values(columns))} FROM (SELECT ${now()} AS "now") AS "clock"
        WHERE ${stands(basis, forShare)} AND ${isValidToken(parent, forShare)} AND ${hasRoom({ username, realms: [realm], via }, most)}
        RETURNING "createdAt", "expiresAt"`
      if (!made) return null
      const { createdAt, expiresAt } = made
      return { createdAt: Number(createdAt), expiresAt: expiresAt === null ? null : Number(expiresAt) }
    },

    find: createApiKeyReads(connected),

    async list(selection, page) {
      const rows = await client.$queryRaw<ApiKeyRow[]>`
        SELECT * FROM "api_keys" WHERE ${selected(selection)} ${inOrder(page)}`
      return rows.map(apiKeyOf)
    },

    async ids(selection, page) {
      const rows = await client.$queryRaw<Pick<ApiKeyRow, 'id'>[]>`
        SELECT "id" FROM "api_keys" WHERE ${selected(selection)} ${inOrder(page)}`
      return rows.map(({ id }) => id)
    },

    async count(selection) {
      const [row] = await client.$queryRaw<{ count: bigint | number }[]>`
        SELECT count(*) AS "count" FROM "api_keys" WHERE ${selected(selection)}`
      return Number(row?.count)
    },

    async invalidate(selection, retained) {
      const removableAt = sql`${now()} + ${retained}`
      const rows = await client.$queryRaw<Pick<ApiKeyRow, 'id'>[]>`
        UPDATE "api_keys" SET "invalidatedAt" = ${now()},
          "removableAt" = CASE WHEN "removableAt" < ${removableAt} THEN "removableAt" ELSE ${removableAt} END
        WHERE ${selected(selection)} AND "invalidatedAt" IS NULL
        RETURNING "id"`
      return rows.map(({ id }) => id)
    },

    removeOld: () => client.$executeRaw`
      DELETE FROM "api_keys" WHERE "id" IN
        (SELECT "id" FROM "api_keys" WHERE "removableAt" <= ${now()} LIMIT ${batch})`,
  }

  /** The condition that an owner can have one more valid key. */
  function hasRoom(owner: OwnerSelection, most: number): Sql {
    return sql`(SELECT count(*) FROM "api_keys" WHERE ${isOwnedBy(owner)} AND ${isValidKey(now())}) < ${most}`
  }

  function selected({ ids, name, username, realmName, owner, activeOnly }: ApiKeySelection): Sql {
    return allOf([
      ...(ids === null ? [] : [ids.length === 0 ? sql`1 = 0` : sql`"id" IN (${join([...ids])})`]),
      ...(name === null ? [] : [isNamed(name)]),
      ...(username === null ? [] : [isOf(username)]),
      ...(realmName === null ? [] : [sql`"realmName" = ${realmName}`]),
      ...(owner === null ? [] : [isOwnedBy(owner)]),
      ...(activeOnly ? [isValidKey(now())] : []),
    ])
  }
}

function isOwnedBy({ username, realms, via }: OwnerSelection): Sql {
  // There is only one native realm, so its name does not matter.
  const inRealms = realms.map(({ type, name }) =>
    type === 'native' ? sql`"realmType" = ${type}` : sql`"realmType" = ${type} AND "realmName" = ${name}`,
  )
  const throughIt = via === null ? sql`"limitedBy" ->> 'via' IS NULL` : sql`"limitedBy" ->> 'via' = ${via}`
  return allOf([isOf(username), sql`(${join(inRealms, ' OR ')})`, throughIt])
}

function isOf(username: string): Sql {
  return sql`"base" = ${baseOf(username)} AND "username" = ${username}`
}

/** Whether it has that name, or with a `*` at the end of that begins so. */
function isNamed(name: string): Sql {
  if (!name.endsWith('*')) return sql`"name" = ${name}`
  const beginning = name.slice(0, -1)
  // A length in characters: databases do not count in UTF-16 units.
  return sql`substr("name", 1, ${Array.from(beginning).length}) = ${beginning}`
}

function allOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? sql`1 = 1` : join([...conditions], ' AND ')
}

function inOrder(page: Page | null): Sql {
  if (!page) return sql`ORDER BY "createdAt", "id"`
  const order = page.newestFirst ? sql`"createdAt" DESC, "id" DESC` : sql`"createdAt", "id"`
  return sql`ORDER BY ${order} LIMIT ${page.size} OFFSET ${page.from}`
}
