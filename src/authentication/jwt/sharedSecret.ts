import { hash, timingSafeEqual } from 'node:crypto'
import { isAgeBelow } from '../../age.ts'

/** What a realm asks of the client that has obtained a token. Answers why a client is refused, or null. */
export type ClientCheck = (secret: string | null) => string | null

/** Anybody may bring tokens of the realm; a secret that comes along does not matter. Source: spec 5.3. */
export const anyClient: ClientCheck = () => null

interface SharedSecretParts {
  secret: string
  /** For how long the secrets before are taken beside a new one, in milliseconds. */
  gracePeriod: number
  clock: () => number
}

interface Previous {
  readonly digest: Buffer
  /** In epoch milliseconds. */
  readonly replacedAt: number
}

/** However often it is replaced. */
const mostPrevious = 10

/** A secret that the realm shares with its clients, and that can be replaced by another. Source: spec 5.1, 5.3. */
export function createSharedSecret({ secret, gracePeriod, clock }: SharedSecretParts) {
  let current = digestOf(secret)
  let previous: readonly Previous[] = []

  const check: ClientCheck = (given) => {
    if (given === null) return refusal('is missing')
    const digest = digestOf(given)
    previous = previous.filter(isTaken)
    const isPrevious = previous.some((one) => timingSafeEqual(digest, one.digest))
    return timingSafeEqual(digest, current) || isPrevious ? null : refusal('did not match')
  }

  return {
    check,

    replace: (next: string): void => {
      const digest = digestOf(next)
      if (digest.equals(current)) return
      const before = { digest: current, replacedAt: clock() }
      previous = [...previous.filter(isTaken), before].slice(-mostPrevious)
      current = digest
    },
  }

  function isTaken({ replacedAt }: Previous): boolean {
    return isAgeBelow(gracePeriod, clock() - replacedAt)
  }
}

/** Of equal length, whatever is compared. */
function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}

function refusal(why: string): string {
  return `Rejected client. Authentication type is [SHARED_SECRET] and secret ${why}.`
}
