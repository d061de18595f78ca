import type { Proof } from '../realm.ts'
import { plainUser, type RealmRef } from '../subject.ts'
import type { JwtUser } from './jwtUser.ts'

/** Whom claims prove by themselves: roles are mapped of what they say. Source: spec 5.4. */
export function claimsProof({ dn, groups, ...user }: JwtUser, realm: RealmRef): Proof {
  return {
    kind: 'proven',
    subject: { ...user, roles: [], realm },
    authenticationType: 'realm',
    standing: { ...plainUser, mappedFrom: { dn, groups } },
    basis: null,
    securityEpoch: null,
  }
}
