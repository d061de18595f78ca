import { sqltag as sql, type JsonValue } from '@prisma/client/runtime/client'
import type { StoredPassword, UserRepository } from '../authentication/userRepository.ts'
import type { Connected } from './client.ts'
import { createReadsByKey } from './readsByKey.ts'
import { smallTexts } from './smallTexts.ts'
import { given } from './statement.ts'
import { foundUserOf, type FoundColumns } from './userRow.ts'

/** Makes what reads the password of a user, of many at once. */
export function createPasswordReads(connected: Connected): UserRepository['findPassword'] {
  const { prepareRead, rows, joined } = connected
  const others = smallTexts(connected, [sql`"roles"`, sql`"fullName"`, sql`"email"`, sql`"metadata"`])
  const read = prepareRead<Row>(sql`
      SELECT
        "users"."username", "passwordHash", "enabled", "incarnation", "revision", "securityEpoch",
        ${others} AS "others"
      FROM ${rows(given, { key: 'text' })}
      ${joined('JOIN', 'users', sql`"users"."username" = "rows"."key"`)} LEFT JOIN "cluster" ON "id" = 1`)
  return createReadsByKey(
    async (usernames) => new Map((await read(usernames)).map((row) => [row.username, passwordOf(row)])),
  )
}

type Row = Omit<FoundColumns, 'roles' | 'fullName' | 'email' | 'metadata'> & {
  /** Those that can be large, each as text, in a list; null if they are. */
  readonly others: string | null
}

type OtherTexts = [roles: string, fullName: string | null, email: string | null, metadata: string]

function passwordOf({ others, ...row }: Row): StoredPassword {
  const { passwordHash, enabled } = row
  if (others === null) return { passwordHash, enabled, found: null }
  const [roles, fullName, email, metadata] = JSON.parse(others) as OtherTexts
  const parsed = { roles: JSON.parse(roles) as JsonValue, metadata: JSON.parse(metadata) as JsonValue }
  return { passwordHash, enabled, found: foundUserOf({ ...row, ...parsed, fullName, email }) }
}
