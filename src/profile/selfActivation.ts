import type { Caller, RealmRef } from '../authentication/subject.ts'
import { Failure } from '../errors.ts'

/** Whether users of a realm may activate and read their own profiles without any privilege. */
export type SelfActivates = (realm: RealmRef) => boolean

/**
 * Whoever has logged in somewhere and got a token for it may activate itself, where its realm allows that. A password or
 * an API key is for applications, which hold a privilege.
 * @throws `FORBIDDEN` for everybody else
 */
export function requireSelfActivation(caller: Caller, selfActivates: SelfActivates): void {
  const problem = ownProfileProblem(caller, selfActivates) ?? tokenProblem(caller)
  if (problem === null) return
  const { username, realm } = caller
  const who = `user [${username}] of realm [${realm.name}]`
  throw new Failure('FORBIDDEN', `${who} cannot activate its own profile: ${problem}`)
}

/** Whether a caller may read its own profile without a privilege, however it was proven. */
export function readsOwnProfile(caller: Caller, selfActivates: SelfActivates): boolean {
  return ownProfileProblem(caller, selfActivates) === null
}

function ownProfileProblem(caller: Caller, selfActivates: SelfActivates): string | null {
  const { subjectType, apiKey, via, realm } = caller
  if (subjectType !== 'user' || apiKey !== null)
    return 'only users can, and nothing that stems from an API key'
  if (via !== null) return `the realm [${via}] has asked another server for it`
  return selfActivates(realm) ? null : 'its realm does not have [self_activation]'
}

function tokenProblem({ authenticationType, realm }: Caller): string | null {
  const byToken = authenticationType === 'token' || (authenticationType === 'realm' && realm.type === 'jwt')
  return byToken ? null : 'it has to send an access token'
}
