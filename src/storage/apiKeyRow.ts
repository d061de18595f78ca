import { sqltag as sql, type JsonValue, type Sql } from '@prisma/client/runtime/client'
import type { ApiKeyModel } from '../../prisma/generated/sqlite/models.ts'
import type { ApiKey } from '../authentication/apiKeys/apiKeyRepository.ts'
import type { Role } from '../authorization/role.ts'
import { objectOut } from './json.ts'

/** A key as it is read. */
export type ApiKeyRow = Omit<ApiKeyModel, 'keyHash' | 'base' | 'realmDomain' | 'removableAt'>

/** The condition that a key has neither expired nor been invalidated. */
export function isValidKey(now: Sql): Sql {
  return sql`"invalidatedAt" IS NULL AND ("expiresAt" IS NULL OR "expiresAt" > ${now})`
}

export function apiKeyOf(row: ApiKeyRow): ApiKey {
  const { id, name, username, realmName, realmType } = row
  const { roles, via } = objectOut(row.limitedBy) as { roles: Role[]; via: string | null }
  return {
    id,
    name,
    owner: { username, realm: { name: realmName, type: realmType }, via },
    roleDescriptors: rolesOut(row.roleDescriptors),
    limitedBy: roles,
    metadata: objectOut(row.metadata),
    createdAt: Number(row.createdAt),
    expiresAt: timeOut(row.expiresAt),
    invalidatedAt: timeOut(row.invalidatedAt),
  }
}

function rolesOut(column: JsonValue): Role[] {
  return column as unknown as Role[]
}

function timeOut(column: bigint | null): number | null {
  return column === null ? null : Number(column)
}
