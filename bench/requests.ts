import type { Deployment } from './deployment.ts'
import { doors, type DoorName, type Request } from './doors.ts'
import { password, regularOf, uidOf, userOf, type Grant } from './people.ts'
import type { Scenario } from './scenarios.ts'
import type { Issuer } from './tokens.ts'

/** Makes the requests of a scenario at a door, by the numbers of users, or of tokens where they are what is fresh. */
export function createRequests({ proof, fresh }: Scenario, issuer: Issuer) {
  return async function requestsOf(
    numbers: readonly number[],
    door: DoorName,
    deployment: Pick<Deployment, 'ownTokens' | 'seesFirst'>,
  ): Promise<Request[]> {
    const grants = await grantsOf(numbers, deployment)
    return grants.map((grant) => ({ uid: uidOf(grant.username), body: doors[door].bodyOf(grant) }))
  }

  async function grantsOf(
    numbers: readonly number[],
    { ownTokens, seesFirst }: Pick<Deployment, 'ownTokens' | 'seesFirst'>,
  ): Promise<Grant[]> {
    if (proof === 'password')
      return numbers.map((n) => ({ kind: 'password', username: userOf(n).username, password }))
    const tokens =
      proof === 'opaque token' ? numbers.map((n) => ownTokens[n] ?? '') : await issuer.tokens(proof, numbers)
    if (fresh === 'tokens') seesFirst(tokens)
    return numbers.map((n, index) => ({
      kind: 'token',
      username: regularOf(n).username,
      token: tokens[index] ?? '',
    }))
  }
}
