import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Attempt, SubjectAttempt } from '../attempt.ts'
import { clientOf } from '../client.ts'
import type { Credentials } from '../credentials.ts'
import { networkOf } from './network.ts'
import { oneName } from './oneName.ts'

/** How many wrong attempts there may be of one kind, how long one waits then, and how fast they are forgotten. */
export interface Budget {
  /** base64url(SHA-256(…)) of what names those whose attempts are counted. */
  readonly key: string
  /** How many may be wrong before one has to wait. */
  readonly free: number
  /** How long the first wait is, in milliseconds. Each further attempt doubles it, up to the longest. */
  readonly firstWait: number
  readonly longestWait: number
  /** How long it takes to forget one that was wrong, in milliseconds: they are forgotten one after another. */
  readonly forgetAfter: number
  /** By how much earlier one that was right has all of them forgotten, in milliseconds. */
  readonly rightForgets: number
  /** What it is of: one name, alone or with an address; all that comes from one address; all grants of a caller. */
  readonly of: 'name' | 'address' | 'caller'
  /** For how long whoever has proved right is known, and has this budget alone, in milliseconds; 0: not at all. */
  readonly knownFor: number
}

/** Names a budget, in the same way at every gateway. */
export function budgetKey(...names: readonly string[]): string {
  return hash('sha256', JSON.stringify(names), 'base64url')
}

export interface BudgetsParts {
  /** How many wrong attempts there may be at one name, in all and from one address, before one has to wait. */
  attempts: number
  attempts_per_address: number
  attempts_per_caller: number
  /** How long the first wait is, and the longest, in milliseconds. */
  first_wait: number
  longest_wait: number
  /** How long it takes to forget a wrong attempt at a name, in milliseconds. */
  forget_after: number
}

/**
 * How many grants of a caller have to be right for one that was wrong to be forgotten at once: a login backend whose users
 * mistype has far more, and whoever guesses has none.
 */
const rightForOneWrong = 10

/** Of how many callers budgets are remembered, so that naming them is done once; and what names those, in characters. */
const mostRemembered = { callers: 1_000, characters: 100_000 }

/** For how long a user is known by an address from which it has logged in, in milliseconds. */
const knownFor = 604_800_000

/** Makes the function that says by what an attempt is counted, callers and subjects apart. Nothing: it is not. */
export function createBudgets(parts: BudgetsParts) {
  /** Of whoever has tried last, by network and username: whoever sends requests all the time is among them. */
  const ofCallers = new LRUCache<string, readonly Budget[]>({
    max: mostRemembered.callers,
    maxSize: mostRemembered.characters,
    sizeCalculation: (_, known) => known.length,
  })

  return function budgetsOf(credentials: Credentials, attempt: Attempt): readonly Budget[] {
    return attempt.role === 'caller'
      ? budgetsOfCaller(credentials, networkOf(attempt.origin.address))
      : budgetsOfSubject(credentials, attempt)
  }

  /** Tokens and API keys cannot be guessed, and have no name that could be kept out. */
  function budgetsOfCaller(credentials: Credentials, network: string): readonly Budget[] {
    if (credentials.kind !== 'password') return []
    const { username } = credentials
    const known = `${network}\0${username}`
    let budgets = ofCallers.get(known)
    if (!budgets) ofCallers.set(known, (budgets = budgetsOfLogin(username, network)))
    return budgets
  }

  function budgetsOfLogin(username: string, network: string): readonly Budget[] {
    return [
      ofName(budget(parts.attempts, 'caller', 'name', oneName(username))),
      budget(parts.attempts_per_address, 'caller', 'address', network),
      ofPair('caller', username, network),
    ]
  }

  /** Nor can tokens here: they count for the address alone. */
  function budgetsOfSubject(credentials: Credentials, { caller }: SubjectAttempt): Budget[] {
    const { realm, username } = clientOf(caller)
    const { subjectAddress } = caller.origin
    const network = subjectAddress === null ? null : networkOf(subjectAddress)
    const ofAddress =
      network === null ? [] : [budget(parts.attempts_per_address, 'subject', 'address', network)]
    if (credentials.kind !== 'password') return ofAddress
    const { username: name } = credentials
    return [
      ofName(budget(parts.attempts, 'subject', 'name', oneName(name))),
      ofCaller(budget(parts.attempts_per_caller, 'subject', 'caller', realm.type, realm.name, username)),
      ...ofAddress,
      ...(network === null ? [] : [ofPair('subject', name, network)]),
    ]
  }

  /** By the name as it is: else whoever has one like another's would be known as that one wherever they log in. */
  function ofPair(role: Attempt['role'], username: string, network: string): Budget {
    return { ...ofName(budget(parts.attempts, role, 'pair', username, network)), knownFor }
  }

  /** All of a budget comes back in the time in which all of a name's does. */
  function budget(free: number, ...names: readonly string[]): Budget {
    const { first_wait: firstWait, longest_wait: longestWait } = parts
    const forgetAfter = Math.ceil((parts.forget_after * parts.attempts) / free)
    const key = budgetKey(...names)
    return { key, free, firstWait, longestWait, forgetAfter, rightForgets: 0, of: 'address', knownFor: 0 }
  }
}

function ofName(budget: Budget): Budget {
  return { ...budget, of: 'name' }
}

/** Not of an address: whoever guesses there would log in as oneself in between. */
function ofCaller(budget: Budget): Budget {
  return { ...budget, of: 'caller', rightForgets: Math.floor(budget.forgetAfter / rightForOneWrong) }
}
