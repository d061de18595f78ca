import { Failure } from '../errors.ts'
import { databaseErrorOf } from './databaseError.ts'

/** How often a statement is made that a database has undone because another was in its way. */
const mostTries = 10

/**
 * The same port, whose methods fail as `UNAVAILABLE` where the database cannot do now what it could do later, and
 * never with what was to be stored. Each of them must be one statement: what the database itself has undone is done
 * again.
 */
export function guarded<Port extends object>(port: Port): Port {
  const methods = Object.entries(port) as [string, Method][]
  return Object.fromEntries(methods.map(([name, method]) => [name, guardedMethod(method)])) as Port
}

type Method = (...given: unknown[]) => Promise<unknown>

function guardedMethod(method: Method): Method {
  return async (...given) => {
    for (let tries = 1; ; tries++) {
      try {
        return await method(...given)
      } catch (thrown) {
        const { code, kind, message } = databaseErrorOf(thrown)
        if (undone.test(code) && tries < mostTries) continue
        const isPassing = passing.test(code) || passingKinds.has(kind) || lost.test(message)
        // PostgreSQL says in its details which row it was, whole.
        const cause = kind === '' ? thrown : new Error(`the database says ${code} ${kind}: ${message}`)
        if (!isPassing) throw cause
        throw new Failure('UNAVAILABLE', 'the database is not available, try again later', { cause })
      }
    }
  }
}

/** A deadlock, and two transactions that cannot be put in an order. Source: PostgreSQL, Appendix A. */
const undone = /^40(001|P01)$/

/** Source: PostgreSQL, Appendix A; SQLite, Result and Error Codes. */
const passing =
  /^(40(001|P01)|(08|53|57|58)[0-9A-Z]{3}|25006|28000|28P01|3D000|55P03|SQLITE_(FULL|IOERR|BUSY|LOCKED|READONLY|CANTOPEN|NOMEM)[A-Z_]*|E[A-Z]+)$/

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
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered)/
