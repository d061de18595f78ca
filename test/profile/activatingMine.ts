import { createDomainOf, type Domain } from '../../src/authentication/domain.ts'
import { plainUser, type Caller } from '../../src/authentication/subject.ts'
import { createActivateMine } from '../../src/profile/activateMine.ts'
import type { Profile } from '../../src/profile/profile.ts'
import type { SelfActivates } from '../../src/profile/selfActivation.ts'
import type { CountUse } from '../../src/authentication/throttle/usesPerMinute.ts'
import type { TestDatabase } from '../support/testDatabase.ts'
import { native } from './activating.ts'
import { origin } from '../support/attempts.ts'

interface Options {
  unchangedGrace?: number
  selfActivates?: SelfActivates
  countUse?: CountUse
  domains?: readonly Domain[]
}

/** The use case on real stores, for users of the native realm, however often they come. */
export function activateMineOn({ profiles }: Pick<TestDatabase, 'profiles'>, options: Options = {}) {
  const { unchangedGrace = 30_000, domains = [] } = options
  return createActivateMine({
    selfActivates: options.selfActivates ?? (({ type }) => type === 'native'),
    countUse: options.countUse ?? (() => null),
    profiles,
    domainOf: createDomainOf(domains),
    unchangedGrace,
  })
}

/** The user as the caller of a request that begins now, by a token of ours. */
export async function callerOf({ users }: Pick<TestDatabase, 'users'>, username: string): Promise<Caller> {
  const found = await users.find(username)
  if (!found) throw new Error(`there is no user ${username}`)
  const { roles, fullName, email, metadata } = found.user
  return {
    ...{ username, roles, fullName, email, metadata, realm: native, authenticationType: 'token' },
    ...plainUser,
    basis: found.basis,
    token: { accessHash: 'a', family: 'f', familyStartedAt: 0, left: 1 },
    securityEpoch: found.securityEpoch,
    origin,
  }
}

/** Answers with the profile, where there must be one. */
export async function ownProfile(answer: ReturnType<ReturnType<typeof activateMineOn>>): Promise<Profile> {
  const profile = await answer
  if ('kind' in profile) throw new Error(profile.message)
  return profile
}
