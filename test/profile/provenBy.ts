import { createDomainOf, type Domain } from '../../src/authentication/domain.ts'
import type { RealmRef } from '../../src/authentication/subject.ts'
import { createAuthorize } from '../../src/authorization/authorize.ts'
import { createActivate } from '../../src/profile/activate.ts'
import type { Profile } from '../../src/profile/profile.ts'
import type { TestDatabase } from '../support/testDatabase.ts'
import { application, profileOf } from './activating.ts'

/** A realm with nothing but its type and its name. */
export type PlainRealm = Pick<RealmRef, 'type' | 'name'>

/** Activates whoever a realm names as its user: the realm has proven that already. */
export type ActivateAs = (username: string) => Promise<Profile>

/** The use case on real stores, for the users of one realm, where there are these domains. */
export function provenBy(
  { roles, profiles }: Pick<TestDatabase, 'roles' | 'profiles'>,
  realm: PlainRealm,
  domains: readonly Domain[] = [],
): ActivateAs {
  const isIn = ({ realms }: Domain) =>
    realms.some(({ type, name }) => type === realm.type && name === realm.name)
  const ref = { ...realm, domain: domains.find(isIn)?.name ?? null }
  const rest = { roles: ['user'], fullName: null, email: null, metadata: {}, realm: ref }
  const activate = createActivate({
    authorize: createAuthorize(roles),
    prove: (grant) =>
      Promise.resolve({
        kind: 'proven',
        subject: { username: grant.kind === 'password' ? grant.username : '', ...rest },
        authenticationType: 'realm',
        basis: null,
        securityEpoch: null,
      }),
    profiles,
    domainOf: createDomainOf(domains),
    unchangedGrace: 30_000,
  })
  return (username) => profileOf(activate(application, { kind: 'password', username, password: 'proven' }))
}
