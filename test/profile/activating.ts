import { createDomainOf, type Domain } from '../../src/authentication/domain.ts'
import { createNativeRealm } from '../../src/authentication/native.ts'
import type { Passwords } from '../../src/authentication/passwords.ts'
import { plainUser, type Caller, type RealmRef } from '../../src/authentication/subject.ts'
import { isReservedUsername } from '../../src/authentication/username.ts'
import type { StoredUser } from '../../src/authentication/userRepository.ts'
import { createAuthorize } from '../../src/authorization/authorize.ts'
import { createActivate } from '../../src/profile/activate.ts'
import type { Profile } from '../../src/profile/profile.ts'
import { ample } from '../support/definitionsRoom.ts'
import { groundless } from '../support/groundless.ts'
import type { TestDatabase } from '../support/testDatabase.ts'
import { origin, provenByRealms, source } from '../support/attempts.ts'
import { newPasswords } from '../support/passwords.ts'

/** Shared by all tests: a password that was proven once costs nothing the next time. */
export const passwords = newPasswords()

export const native: RealmRef = { name: 'native', type: 'native', domain: null }

const secret = 'l0ng-r4nd0m-p@ssw0rd'
export const jacknich: StoredUser = {
  username: 'jacknich',
  passwordHash: await passwords.hash(secret, source),
  roles: ['admin', 'other_role1'],
  fullName: 'Jack Nicholson',
  email: 'jacknich@example.com',
  metadata: { intelligence: 7 },
  enabled: true,
}

export const jacknichGrant = { kind: 'password', username: 'jacknich', password: secret } as const

/** An application that may activate profiles, and nothing else. */
export const application: Caller = {
  username: 'login-backend',
  roles: ['activator'],
  fullName: null,
  email: null,
  metadata: {},
  realm: native,
  authenticationType: 'realm',
  ...plainUser,
  basis: null,
  token: null,
  securityEpoch: 0,
  origin,
}

interface Options {
  unchangedGrace?: number
  /** What the native realm is called, and as what. */
  realm?: RealmRef
  passwords?: Passwords
  domains?: readonly Domain[]
}

type Stores = Pick<TestDatabase, 'users' | 'roles' | 'profiles'>

/** The use case as the gateway puts it together: on real stores and the realms of reserved and of native users. */
export function activateOn({ users, roles, profiles }: Stores, options: Options = {}) {
  const { unchangedGrace = 30_000, realm = native, domains = [] } = options
  const report = (cause: unknown) => {
    throw cause
  }
  const parts = { users, passwords: options.passwords ?? passwords, report }
  const reserved = { name: 'reserved', type: 'reserved', domain: null }
  const prove = provenByRealms([
    createNativeRealm({ ...parts, ref: reserved, owns: isReservedUsername }),
    createNativeRealm({ ...parts, ref: realm, owns: (username) => !isReservedUsername(username) }),
  ])
  return createActivate({
    authorize: createAuthorize(roles),
    prove,
    profiles,
    domainOf: createDomainOf(domains),
    unchangedGrace,
  })
}

/** Stores what every activation needs: the role of the application, and the user of Elasticsearch's documentation. */
export async function provision({ users, roles }: Stores): Promise<void> {
  const empty = { indices: [], applications: [], runAs: [], global: null, metadata: {}, description: null }
  await roles.put({ name: 'activator', cluster: ['manage_user_profile'], ...empty }, ample)
  await users.put(jacknich, groundless)
}

/** Answers with the profile, where there must be one. */
export async function profileOf(answer: ReturnType<ReturnType<typeof activateOn>>): Promise<Profile> {
  const profile = await answer
  if ('kind' in profile) throw new Error(profile.message)
  return profile
}
