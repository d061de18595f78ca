import { sqltag as sql, type JsonValue } from '@prisma/client/runtime/client'
import type { StoredPassword, UserRepository } from '../authentication/userRepository.ts'
import type { Connected } from './client.ts'
import { createGroupCommit } from './groupCommit.ts'
import { smallTexts } from './smallTexts.ts'
import { foundUserOf, type FoundColumns } from './userRow.ts'

/** Makes what reads the password of a user, of many at once. */
export function createPasswordReads(connected: Connected) {
  const { statement, rows, joined } = connected
  const others = smallTexts(connected, [sql`"roles"`, sql`"fullName"`, sql`"email"`, sql`"metadata"`])
  const findPassword: UserRepository['findPassword'] = createGroupCommit({ statement: readAll })
  return findPassword

  async function readAll(usernames: readonly string[]): Promise<(StoredPassword | null)[]> {
    const given = [...new Set(usernames)].map((username) => ({ username }))
    const found = await statement<Row>(sql`
      SELECT
        "users"."username", "passwordHash", "enabled", "incarnation", "revision", "securityEpoch",
        ${others} AS "others"
      FROM ${rows(JSON.stringify(given), { username: 'text' })}
      ${joined('JOIN', 'users', sql`"users"."username" = "rows"."username"`)} LEFT JOIN "cluster" ON "id" = 1`)
    const passwords = new Map(found.map((row) => [row.username, passwordOf(row)]))
    return usernames.map((username) => passwords.get(username) ?? null)
  }
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
