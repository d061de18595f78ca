import { isDriverAdapterError } from '@prisma/driver-adapter-utils'

/** What a database or its driver says of a failure. */
interface DatabaseError {
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
    const reason = kind === 'TlsConnectionError' ? error.cause.reason : error.message
    return { code: originalCode, kind, message: originalMessage ?? reason }
  }
  if (!(error instanceof Error)) return { code: '', kind: '', message: String(error) }
  return { code: 'code' in error ? String(error.code) : '', kind: '', message: error.message }
}

/** What only an operator can do something about, by its code. Source: SQLite, Result and Error Codes; PostgreSQL, Appendix A. */
export const operatorsReasons: readonly (readonly [code: RegExp, reason: string])[] = [
  [/^SQLITE_CORRUPT/, 'it is damaged, restore a backup'],
  [/^(ENOSPC|SQLITE_FULL|53100)$/, 'the disk is full'],
  [
    /^42501$/,
    'this role may not do that: it needs SELECT, INSERT, UPDATE and DELETE on all tables, as docs/operations.md grants them',
  ],
]

/** Whether it is not the request that is wrong: what the database cannot do now it may well do later. */
export function isPassing({ code, kind, message }: DatabaseError): boolean {
  return passing.test(code) || passingKinds.has(kind) || lost.test(message)
}

/** Whether it is sure that the statement has written nothing. Of one whose connection was lost, nobody can say. */
export function isUndone({ code, kind, message }: DatabaseError): boolean {
  return undone.test(code) || neverMadeKinds.has(kind) || neverMade.test(message)
}

/** Prisma keeps it beside what it says itself. */
function adapterErrorIn(thrown: unknown): unknown {
  return thrown instanceof Error && 'meta' in thrown
    ? (thrown.meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError
    : undefined
}

/** Source: PostgreSQL, Appendix A; SQLite, Result and Error Codes. */
const passing =
  /^(40(001|P01)|(08|53|57|58)[0-9A-Z]{3}|25006|28000|28P01|3D000|55P03|SQLITE_(FULL|IOERR|BUSY|LOCKED|READONLY|CANTOPEN|NOMEM)[A-Z_]*|E(?!RR_)[A-Z_]+)$/

/** A transaction that the database has undone, or not begun. Source: PostgreSQL, Appendix A; SQLite, Result and Error Codes. */
const undone = /^(40(001|P01)|53[0-9A-Z]{3}|25006|28000|28P01|3D000|55P03|57014|57P03|SQLITE_BUSY[A-Z_]*)$/

const neverMadeKinds = new Set(['DatabaseNotReachable', 'TlsConnectionError', 'TooManyConnections'])

/** What the pool of the driver says. */
const neverMade = /^(timeout exceeded when trying to connect|Cannot use a pool after)/

/** What Prisma's adapters make of failures that have no such code. */
const passingKinds = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TlsConnectionError',
  'TooManyConnections',
])

/** What the driver of PostgreSQL and its pool say without any code. */
const lost =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client (has encountered|was closed)|Cannot use a pool after)/
