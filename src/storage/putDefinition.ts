import { raw, sqltag as sql } from '@prisma/client/runtime/client'
import type { DefinitionPut, DefinitionsRoom } from '../authorization/definitionsRoom.ts'
import type { Connected } from './client.ts'

/** Stores a definition under its name, in one statement, if there is room for it. */
export async function putDefinition(
  { client, json }: Connected,
  table: 'roles' | 'role_mappings',
  { name, ...definition }: { readonly name: string },
  { most, mostBytes }: DefinitionsRoom,
): Promise<DefinitionPut> {
  const [text, stored] = [JSON.stringify(definition), raw(`"${table}"`)]
  // PostgreSQL stores it with spaces.
  const size = raw('octet_length(CAST("new"."definition" AS text))')
  const storedSize = raw('octet_length(CAST("stored"."definition" AS text))')
  const isOneOf =
    most === null
      ? sql`1 = 1`
      : sql`((SELECT count(*) FROM ${stored}) < ${most} OR EXISTS (SELECT 1 FROM ${stored} WHERE "name" = ${name}))`
  const [row] = await client.$queryRaw<{ revision: number | bigint }[]>`
    INSERT INTO ${stored} ("name", "definition", "revision")
    SELECT ${name}, "new"."definition", 1 FROM (SELECT ${json(text)} AS "definition") AS "new"
    WHERE ${isOneOf}
      AND (${size} + (SELECT COALESCE(sum(${storedSize}), 0) FROM ${stored} AS "stored" WHERE "name" <> ${name}) <= ${mostBytes}
        OR EXISTS (SELECT 1 FROM ${stored} AS "stored" WHERE "name" = ${name} AND ${storedSize} >= ${size}))
    ON CONFLICT ("name") DO UPDATE
      SET "definition" = excluded."definition", "revision" = ${stored}."revision" + 1
    RETURNING "revision"`
  if (!row) return 'refused'
  return Number(row.revision) === 1 ? 'created' : 'replaced'
}
