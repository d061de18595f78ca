import { randomUUID } from 'node:crypto'
import { join, raw, sqltag as sql, type RawValue } from '@prisma/client/runtime/client'
import type { StoredUser, User, UserRepository } from '../authentication/userRepository.ts'
import { byName } from './byName.ts'
import type { Connected } from './client.ts'
import { groundsStand } from './groundsStand.ts'
import { jsonIn } from './json.ts'
import { mostKeys, partsOf, type Sized } from './parts.ts'
import { createPasswordReads } from './passwordReads.ts'
import { listOf } from './readsByKey.ts'
import { sizeOf } from './smallTexts.ts'
import { given } from './statement.ts'
import { foundUserOf, storedUserOf, userOf, type FoundColumns } from './userRow.ts'

/** Of those that are read at once. */
const mostBytes = 1024 * 1024

/** Keeps users in the table `users`. */
export function createUserRepository(connected: Connected): UserRepository {
  const { client, prepare, json, rows, joined } = connected
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
  const size = sizeOf(connected, [sql`"roles"`, sql`"fullName"`, sql`"email"`, sql`"metadata"`])
  const sizesAfter = prepare<Sized>(sql`
    SELECT "username" AS "key", ${size} AS "size" FROM "users" WHERE "username" > ${given}
    ORDER BY "username" LIMIT ${mostKeys}`)
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
      const listed: User[] = []
      for await (const part of parts(usernames)) {
        const found = () => users.findMany({ where: { username: { in: part } } })
        listed.push(...(await read(async () => (await found()).map(userOf))))
      }
      return listed.sort(byName(({ username }) => username))
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

  /** The names of those that exist, in parts that are read at once. */
  async function* parts(usernames: readonly string[] | null): AsyncGenerator<string[]> {
    if (usernames) yield* partsOf(await sizesOf(listOf(new Set(usernames))), mostBytes)
    else
      for (let last: string | undefined = ''; last !== undefined;) {
        const some = await sizesAfter(last)
        yield* partsOf(some, mostBytes)
        last = some.length < mostKeys ? undefined : some.at(-1)?.key
      }
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
