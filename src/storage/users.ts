import { randomUUID } from 'node:crypto'
import { join, sqltag as sql, type JsonValue } from '@prisma/client/runtime/client'
import type { UserModel } from '../../prisma/generated/sqlite/models.ts'
import type { FoundUser, StoredUser, User, UserRepository } from '../authentication/userRepository.ts'
import { byName } from './byName.ts'
import type { Connected } from './client.ts'
import { epochOut } from './cluster.ts'
import { jsonIn, objectOut, stringsOut } from './json.ts'

/** In bytes. A user who takes more is large: it takes longer to read. */
const mostReadAtOnce = 4_096

/** Keeps users in the table `users`. */
export function createUserRepository({ client, storedSize, jsonTexts }: Connected): UserRepository {
  const { user: users } = client
  const large = [sql`"roles"`, sql`"fullName"`, sql`"email"`, sql`"metadata"`]
  const size = join(
    large.map((column) => sql`COALESCE(${storedSize(column)}, 0)`),
    ' + ',
  )
  const password = sql`
    SELECT
      "passwordHash", "enabled", "incarnation", "revision", "securityEpoch",
      CASE WHEN ${size} <= ${mostReadAtOnce} THEN ${jsonTexts(large)} END AS "others"
    FROM "users" LEFT JOIN "cluster" ON "id" = 1 WHERE "username" = `
  return {
    async findPassword(username) {
      const [row] = await client.$queryRaw<PasswordColumns[]>(sql`${password}${username}`)
      if (!row) return null
      const { passwordHash, enabled, others } = row
      return {
        passwordHash,
        enabled,
        found: others === null ? null : foundUserOf(wholeOf(row, username, others)),
      }
    },

    async find(username) {
      const [row] = await client.$queryRaw<FoundColumns[]>`
        SELECT "users".*, "securityEpoch" FROM "users" LEFT JOIN "cluster" ON "id" = 1 WHERE "username" = ${username}`
      return row ? foundUserOf(row) : null
    },

    async list(usernames) {
      const where = usernames ? { username: { in: [...new Set(usernames)] } } : {}
      // Prisma asks for many names in several statements, which no database can sort.
      return (await users.findMany({ where })).map(userOf).sort(byName(({ username }) => username))
    },

    async put({ username, passwordHash, ...user }) {
      const columns = { passwordHash, ...columnsOf(user) }
      const { revision } = await users.upsert({
        where: { username },
        create: { username, ...columns, revision: 1, incarnation: randomUUID() },
        // Rows that are older than the column get one too.
        update: { ...columns, revision: { increment: 1 }, incarnation: randomUUID() },
        select: { revision: true },
      })
      return revision === 1
    },

    replace: ({ username, ...user }) => update(username, columnsOf(user)),
    setPasswordHash: (username, passwordHash) => update(username, { passwordHash }),
    async rehash({ username, incarnation, revision }, passwordHash) {
      const { count } = await users.updateMany({
        where: { username, incarnation, revision },
        data: { passwordHash, revision: { increment: 1 } },
      })
      return count > 0
    },
    setEnabled: (username, enabled) => update(username, { enabled }),

    async delete(username) {
      const { count } = await users.deleteMany({ where: { username } })
      return count > 0
    },

    passwordHashes: (after, most) =>
      users.findMany({
        where: { username: { gt: after }, enabled: true },
        orderBy: { username: 'asc' },
        take: most,
        select: { username: true, passwordHash: true },
      }),

    async createIfAbsent({ username, passwordHash, ...user }) {
      const row = await users.upsert({
        where: { username },
        create: { username, passwordHash, ...columnsOf(user), revision: 1, incarnation: randomUUID() },
        // Changes nothing; with nothing to update, Prisma would not do it in one statement.
        update: { username },
      })
      return storedUserOf(row)
    },
  }

  async function update(username: string, columns: Partial<Columns>): Promise<boolean> {
    const { count } = await users.updateMany({
      where: { username },
      data: { ...columns, revision: { increment: 1 } },
    })
    return count > 0
  }
}

type FoundColumns = UserModel & { securityEpoch: bigint | null }

type PasswordColumns = Pick<
  FoundColumns,
  'passwordHash' | 'enabled' | 'incarnation' | 'revision' | 'securityEpoch'
> & {
  /** Those that can be large, each as text, in a list; null if they are. */
  others: string | null
}

function wholeOf(row: PasswordColumns, username: string, others: string): FoundColumns {
  const [roles, fullName, email, metadata] = JSON.parse(others) as OtherTexts
  const parsed = { roles: JSON.parse(roles) as JsonValue, metadata: JSON.parse(metadata) as JsonValue }
  return { ...row, ...parsed, username, fullName, email }
}

type OtherTexts = [roles: string, fullName: string | null, email: string | null, metadata: string]

function foundUserOf(row: FoundColumns): FoundUser {
  const { username, incarnation, revision, securityEpoch } = row
  return {
    user: storedUserOf(row),
    basis: { username, incarnation, revision },
    securityEpoch: epochOut(securityEpoch),
  }
}

type Columns = ReturnType<typeof columnsOf> & { passwordHash: string }

function columnsOf({ roles, metadata, ...scalars }: Omit<User, 'username'>) {
  return { ...scalars, roles: jsonIn(roles), metadata: jsonIn(metadata) }
}

function userOf({ username, roles, fullName, email, metadata, enabled }: UserModel): User {
  return { username, roles: stringsOut(roles), fullName, email, metadata: objectOut(metadata), enabled }
}

export function storedUserOf(row: UserModel): StoredUser {
  return { ...userOf(row), passwordHash: row.passwordHash }
}
