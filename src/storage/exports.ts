import { join, raw } from '@prisma/client/runtime/client'
import type { ExportRepository } from '../transfer/exportRepository.ts'
import type { Kind, TransferRecord } from '../transfer/record.ts'
import { partsOf } from './parts.ts'
import { profileWithData } from './profileRow.ts'
import { mappingOf } from './roleMappings.ts'
import { roleOf } from './roles.ts'
import type { SnapshotClient, TakeSnapshot } from './snapshot.ts'
import { storedUserOf } from './userRow.ts'

/** How much is read at once, in bytes of JSON: a single profile may have as much as that. */
const mostBytes = 4 * 1024 * 1024

/** Reads what is exported. */
export function createExportRepository(takeSnapshot: TakeSnapshot): ExportRepository {
  return {
    snapshot: (read) =>
      takeSnapshot(({ client, keys }) => {
        const tables = tablesOf(client)
        return read({
          count: (kind) => tables[kind].count(),
          async *records(kind) {
            const { name, key, documents, read: readSome } = tables[kind]
            for await (const page of keys(name, key)) {
              for (const part of await parts(client, name, key, documents, page)) {
                const found = new Map(await readSome(part))
                yield part.flatMap((one) => found.get(one) ?? [])
              }
            }
          },
        })
      }),
  }
}

interface Table {
  readonly name: string
  readonly key: string
  /** The columns that may be large. */
  readonly documents: readonly string[]
  readonly count: () => Promise<number>
  /** Those with these keys, each with its key, in any order. */
  readonly read: (keys: string[]) => Promise<[key: string, record: TransferRecord][]>
}

function tablesOf({ user, role, roleMapping, profile }: SnapshotClient): Readonly<Record<Kind, Table>> {
  return {
    user: {
      ...{ name: 'users', key: 'username', documents: ['roles', 'fullName', 'email', 'metadata'] },
      count: () => user.count(),
      read: async (keys) =>
        (await user.findMany({ where: { username: { in: keys } } })).map((row) => [
          row.username,
          { kind: 'user', thing: storedUserOf(row) },
        ]),
    },
    role: {
      ...{ name: 'roles', key: 'name', documents: ['definition'] },
      count: () => role.count(),
      read: async (keys) =>
        (await role.findMany({ where: { name: { in: keys } } })).map((row) => [
          row.name,
          { kind: 'role', thing: roleOf(row) },
        ]),
    },
    role_mapping: {
      ...{ name: 'role_mappings', key: 'name', documents: ['definition'] },
      count: () => roleMapping.count(),
      read: async (keys) =>
        (await roleMapping.findMany({ where: { name: { in: keys } } })).map((row) => [
          row.name,
          { kind: 'role_mapping', thing: mappingOf(row) },
        ]),
    },
    profile: {
      ...{ name: 'profiles', key: 'uid', documents: ['roles', 'fullName', 'email', 'labels', 'data'] },
      count: () => profile.count(),
      read: async (keys) =>
        (await profile.findMany({ where: { uid: { in: keys } } })).map((row) => [
          row.uid,
          { kind: 'profile', thing: profileWithData(row) },
        ]),
    },
  }
}

/** Splits keys by the sizes of their documents. */
async function parts(
  client: SnapshotClient,
  table: string,
  key: string,
  documents: readonly string[],
  keys: readonly string[],
): Promise<string[][]> {
  const lengths = documents.map((name) => `COALESCE(octet_length(CAST("${name}" AS text)), 0)`).join(' + ')
  const rows = await client.$queryRaw<{ key: string; size: number | bigint }[]>`
    SELECT ${raw(`"${key}"`)} AS "key", ${raw(lengths)} AS "size" FROM ${raw(`"${table}"`)}
    WHERE ${raw(`"${key}"`)} IN (${join(keys)})`
  const sizes = new Map(rows.map((row) => [row.key, Number(row.size)]))
  return partsOf(
    keys.map((one) => ({ key: one, size: sizes.get(one) ?? 0 })),
    mostBytes,
  )
}
