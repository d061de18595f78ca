import { randomUUID } from 'node:crypto'
import { join, sqltag as sql } from '@prisma/client/runtime/client'
import type { UserModel } from '../../prisma/generated/sqlite/models.ts'
import type { FoundUser, StoredUser, User, UserRepository } from '../authentication/userRepository.ts'
import { byName } from './byName.ts'
import type { Connected } from './client.ts'
import { epochOut } from './cluster.ts'
import { jsonIn, objectOut, stringsOut } from './json.ts'

/** In bytes. A user who takes more is large: it takes longer to read. */
const mostReadAtOnce = 4_096

/** Keeps users in the table `users`. */
export function createUserRepository({ client, storedSize }: Connected): UserRepository {
  const { user: users } = client
  const columns = [sql`"roles"`, sql`"fullName"`, sql`"email"`, sql`"metadata"`]
  const size = join(
    columns.map((column) => sql`COALESCE(${storedSize(sql`"users".${column}`)}, 0)`),
    ' + ',
  )
  return {
    async findPassword(username) {
      const [row] = await client.$queryRaw<(PasswordColumns & Nullable<FoundColumns>)[]>`
        SELECT
          "stored"."passwordHash" AS "storedHash", "stored"."enabled" AS "isEnabled", "users".*, "securityEpoch"
        FROM "users" AS "stored"
        LEFT JOIN "users" ON "users"."username" = "stored"."username" AND ${size} <= ${mostReadAtOnce}
        LEFT JOIN "cluster" ON "id" = 1
        WHERE "stored"."username" = ${username}`
      if (!row) return null
      const { storedHash: passwordHash, isEnabled: enabled } = row
      return { passwordHash, enabled, found: isWhole(row) ? foundUserOf(row) : null }
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
type Nullable<T> = { [Name in keyof T]: T[Name] | null }

interface PasswordColumns {
  storedHash: string
  isEnabled: boolean
}

function isWhole(row: Nullable<FoundColumns>): row is FoundColumns {
  return row.username !== null
}

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
