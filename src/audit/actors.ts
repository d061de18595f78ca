import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import type { Caller } from '../authentication/subject.ts'

/** Whoever acts, as lines tell it. */
export type Actor = Pick<Caller, 'username' | 'roles' | 'realm' | 'authenticationType' | 'apiKey' | 'origin'>

/**
 * Whoever types commands, in a process that may open the database. No user can have this name, which is no ASCII, and no
 * realm this type.
 */
export function theOperator(): Actor {
  return { ...actor('operator', 'command_line', ['superuser']), origin: originOfCommand() }
}

/** What the gateway does by itself. */
export function theGateway(): Actor {
  const origin = { requestId: '', address: '', subjectAddress: null }
  return { ...actor('gateway', 'gateway', []), origin }
}

/** There is no network between an operator and the database's file or server. */
function originOfCommand(): Caller['origin'] {
  return { requestId: randomUUID(), address: 'command line', subjectAddress: null, account: account() }
}

function actor(name: string, realm: string, roles: readonly string[]): Omit<Actor, 'origin'> {
  return {
    username: `‹${name}›`,
    roles,
    realm: { name: realm, type: realm, domain: null },
    authenticationType: 'realm',
    apiKey: null,
  }
}

/** In a container it may have a number alone. */
function account(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? '')
  }
}
