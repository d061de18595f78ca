import { randomUUID } from 'node:crypto'
import { join, raw, sqltag as sql, type RawValue } from '@prisma/client/runtime/client'
import type { StoredUser, User, UserRepository } from '../authentication/userRepository.ts'
import { byName } from './byName.ts'
import type { Connected } from './client.ts'
import { groundsStand } from './groundsStand.ts'
import { jsonIn } from './json.ts'
import { partsOf, type Sized } from './parts.ts'
import { createPasswordReads } from './passwordReads.ts'
import { listOf } from './readsByKey.ts'
import { given } from './statement.ts'
import { foundUserOf, storedUserOf, userOf, type FoundColumns } from './userRow.ts'

/** Of those that are read at once. */
const mostBytes = 1024 * 1024

/** Keeps users in the table `users`. */
export function createUserRepository(connected: Connected): UserRepository {
  const { client, prepare, json, rows, joined, storedSize } = connected
  const { user: users } = client
  // What each start asks for goes past the client, which need not be loaded then.
  const find = prepare<FoundColumns>(sql`
    SELECT
      "username", "passwordHash", "roles", "fullName", "email", "metadata", "enabled", "incarnation", "revision",
      "securityEpoch"
    FROM "users" LEFT JOIN "cluster" ON "id" = 1 WHERE "username" = ${given}`)
  const readHashes = (most: number) =>
    prepare<Pick<StoredUser, 'username' | 'passwordHash'>>(sql`
      SELECT "username", "passwordHash" FROM "users" WHERE "username" > ${given} AND "enabled" = true
      ORDER BY "username" LIMIT ${most}`)
  const size = sql`${storedSize(raw('"roles"'))} + ${storedSize(raw('"metadata"'))}`
  const allSizes = prepare<Sized>(sql`SELECT "username" AS "key", ${size} AS "size" FROM "users"`)
  const sizesOf = prepare<Sized>(sql`
    SELECT "key", ${size} AS "size" FROM ${rows(given, { key: 'text' })}
    ${joined('JOIN', 'users', sql`"users"."username" = "rows"."key"`)}`)
  return {
    findPassword: createPasswordReads(connected),

    async find(username) {
      const [row] = await find(username)
      return row ? foundUserOf(row) : null
    },

    async list(usernames, read) {
      const sized = usernames ? await sizesOf(listOf([...new Set(usernames)])) : await allSizes('')
      const listed: User[] = []
      for (const part of partsOf(sized.sort(byName(({ key }) => key)), mostBytes)) {
        const rows = () => users.findMany({ where: { username: { in: part } } })
        const found = await read(async () => (await rows()).map(userOf))
        listed.push(...found.sort(byName(({ username }) => username)))
      }
      return listed
    },

    async put({ username, passwordHash, roles, fullName, email, metadata, enabled }, grounds) {
      const columns: Record<string, RawValue> = {
        passwordHash,
        roles: json(JSON.stringify(roles)),
        fullName,
        email,
        metadata: json(JSON.stringify(metadata)),
        enabled: enabled ? sql`true` : sql`false`,
        // Rows that are older than the column get one too.
        incarnation: randomUUID(),
      }
      const names = Object.keys(columns)
      const [written] = await client.$queryRaw<{ revision: bigint | number }[]>`
        INSERT INTO "users" ("username", "revision", ${join(names.map((name) => raw(`"${name}"`)))})
        SELECT ${username}, 1, ${join(Object.values(columns))} WHERE ${groundsStand(connected, grounds)}
        ON CONFLICT ("username") DO UPDATE SET
          "revision" = "users"."revision" + 1, ${join(names.map((name) => raw(`"${name}" = excluded."${name}"`)))}
        RETURNING "revision"`
      return written ? Number(written.revision) === 1 : null
    },

    replace: ({ username, ...user }) => update(username, columnsOf(user)),

    async setPasswordHash(username, passwordHash, grounds) {
      const stand = groundsStand(connected, grounds)
      const written = await client.$executeRaw`
        UPDATE "users" SET "passwordHash" = ${passwordHash}, "revision" = "revision" + 1
        WHERE "username" = ${username} AND ${stand}`
      if (written > 0) return true
      // What has fallen never stands again: if they stand now, they did then, and there was no such user.
      const standing = await client.$queryRaw<unknown[]>`SELECT 1 AS "stands" WHERE ${stand}`
      return standing.length > 0 ? false : null
    },

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

    passwordHashes: (after, most) => readHashes(most)(after),

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

  async function update(username: string, columns: Partial<ReturnType<typeof columnsOf>>): Promise<boolean> {
    const { count } = await users.updateMany({
      where: { username },
      data: { ...columns, revision: { increment: 1 } },
    })
    return count > 0
  }
}

function columnsOf({ roles, metadata, ...scalars }: Omit<User, 'username'>) {
  return { ...scalars, roles: jsonIn(roles), metadata: jsonIn(metadata) }
}
