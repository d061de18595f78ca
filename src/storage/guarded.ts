import { setTimeout } from 'node:timers/promises'
import { Failure } from '../errors.ts'
import { databaseErrorOf, isPassing, isUndone } from './databaseError.ts'

/** How often a statement is made that a database has undone because another was in its way. */
const mostTries = 10

/**
 * The same port, whose methods fail as `UNAVAILABLE` where the database cannot do now what it could do later, and
 * never with what was to be stored. Each that writes must be one statement: what the database itself has undone is
 * done again.
 */
export function guarded<Port extends object>(port: Port): Port {
  const methods = Object.entries(port) as [string, Method][]
  return Object.fromEntries(methods.map(([name, method]) => [name, guardedMethod(method)])) as Port
}

type Method = (...given: unknown[]) => Promise<unknown>

function guardedMethod(method: Method): Method {
  return (...given) => insisting(() => method(...given)).catch(refuse)
}

function refuse(thrown: unknown): never {
  const error = databaseErrorOf(thrown)
  const { code, kind, message } = error
  // PostgreSQL says in its details which row it was, whole.
  const cause =
    kind === ''
      ? thrown
      : Object.assign(new Error(`the database says ${[code, kind].filter(Boolean).join(' ')}: ${message}`), {
          code,
        })
  if (!isPassing(error)) throw cause
  const details = { cause, isUndone: isUndone(error) }
  throw new Failure('UNAVAILABLE', unavailable, details)
}

/** What clients are told of a database that cannot do now what it could do later. */
export const unavailable = 'the database is not available, try again later'

/** Makes a statement, and makes it again where the database itself has undone it. */
export async function insisting<T>(statement: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await statement()
    } catch (thrown) {
      if (tries === mostTries || !undone.test(databaseErrorOf(thrown).code)) throw thrown
      await setTimeout(Math.random() * 20)
    }
  }
}

/** A deadlock, and two transactions that cannot be put in an order. Source: PostgreSQL, Appendix A. */
const undone = /^40(001|P01)$/
