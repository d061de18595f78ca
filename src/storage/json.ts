import type { InputJsonValue, JsonValue } from '@prisma/client/runtime/client'

type JsonObject = Readonly<Record<string, unknown>>

/**
 * What came in as JSON, or is made of such, as a Json column takes it. Prisma takes some objects for values of its
 * own (`{"$type": …}`, what looks like a decimal number); what is tagged as raw it leaves alone.
 */
export function jsonIn(value: JsonObject | readonly unknown[]): InputJsonValue {
  return { toJSON: () => ({ $type: 'Raw', value }) }
}

export function objectOut(column: JsonValue): JsonObject {
  return column as JsonObject
}

export function stringsOut(column: JsonValue): string[] {
  return column as string[]
}
