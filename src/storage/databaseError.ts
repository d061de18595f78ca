import { isDriverAdapterError } from '@prisma/driver-adapter-utils'

/** What a database or its driver says of a failure. */
export interface DatabaseError {
  /** SQLSTATE, SQLite's result code, or a code of the operating system; empty where there is none. */
  readonly code: string
  /** Prisma's name for it, where it has one. */
  readonly kind: string
  readonly message: string
}

/** The database's own error behind what Prisma or its adapter has thrown. */
export function databaseErrorOf(thrown: unknown): DatabaseError {
  const error = adapterErrorIn(thrown) ?? thrown
  if (error instanceof Error && isDriverAdapterError(error)) {
    const { kind, originalCode = '', originalMessage } = error.cause
    return { code: originalCode, kind, message: originalMessage ?? error.message }
  }
  if (!(error instanceof Error)) return { code: '', kind: '', message: String(error) }
  return { code: 'code' in error ? String(error.code) : '', kind: '', message: error.message }
}

/** Prisma keeps it beside what it says itself. */
function adapterErrorIn(thrown: unknown): unknown {
  return thrown instanceof Error && 'meta' in thrown
    ? (thrown.meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError
    : undefined
}
