import { raw, sqltag as sql, type JsonValue } from '@prisma/client/runtime/client'
import type { ApiKeyRepository } from '../authentication/apiKeys/apiKeyRepository.ts'
import { apiKeyOf, isValidKey, type ApiKeyRow } from './apiKeyRow.ts'
import type { Connected } from './client.ts'
import { epochOut } from './cluster.ts'
import { createLargeReads } from './largeReads.ts'
import { given } from './statement.ts'

/** Makes what finds API keys, many at once. */
export function createApiKeyReads(connected: Connected): ApiKeyRepository['find'] {
  const { rows, joined, clock } = connected
  const read = createLargeReads<Row>(
    connected,
    canBeLarge,
    (texts) => sql`
      SELECT "rows"."key", "api_keys"."id", "keyHash", "name", "username", "realmName", "realmType", "createdAt",
        "expiresAt", "invalidatedAt", ${texts} AS "texts", (${isValidKey(clock)}) AS "isValid", "securityEpoch"
      FROM ${rows(given, { key: 'text' })} ${joined('JOIN', 'api_keys', sql`"api_keys"."id" = "rows"."key"`)}
      LEFT JOIN "cluster" ON "cluster"."id" = 1`,
  )

  return async function find(id) {
    const row = await read(id)
    if (!row) return null
    const [roleDescriptors, limitedBy, metadata] = JSON.parse(row.texts) as [string, string, string]
    return {
      apiKey: apiKeyOf({
        ...row,
        roleDescriptors: JSON.parse(roleDescriptors) as JsonValue,
        limitedBy: JSON.parse(limitedBy) as JsonValue,
        metadata: JSON.parse(metadata) as JsonValue,
      }),
      keyHash: row.keyHash,
      isValid: Boolean(row.isValid),
      securityEpoch: epochOut(row.securityEpoch),
    }
  }
}

interface Row extends Omit<ApiKeyRow, 'roleDescriptors' | 'limitedBy' | 'metadata'> {
  readonly key: string
  readonly keyHash: string
  readonly texts: string
  readonly isValid: unknown
  readonly securityEpoch: bigint | number | null
}

const canBeLarge = ['roleDescriptors', 'limitedBy', 'metadata'].map((name) => raw(`"${name}"`))
