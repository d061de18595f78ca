import type { Domain } from '../authentication/domain.ts'
import { isSameRealm } from '../authentication/subject.ts'
import { isOwnedBy } from '../profile/ownedProfile.ts'
import type { ProfileWithData } from '../profile/repository.ts'
import type { Holder } from './importRepository.ts'

/** What is to become of a profile: nobody has it, it is there already, or why it must not be stored. */
export type Claim =
  | { readonly kind: 'free' }
  | { readonly kind: 'there'; readonly holder: Holder }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * Judges a profile against those that are there with its uid or of its username. One user never gets two profiles, by
 * the rule by which an activation finds them: it could not choose. Source: spec 2.2.
 */
export function profileClaim(
  { uid, user }: ProfileWithData,
  holders: readonly Holder[],
  domains: readonly Domain[],
): Claim {
  const domain = domains.find(({ realms }) => realms.some((realm) => isSameRealm(realm, user.realm))) ?? null
  const owns = (holder: Holder) => isOwnedBy(holder, user, domain)
  const holder = holders.find((one) => one.uid === uid)
  if (holder)
    return owns(holder)
      ? { kind: 'there', holder }
      : {
          kind: 'refused',
          reason: `its uid is that of another user here, of the realm [${holder.user.realm.name}]`,
        }
  const other = holders.find(owns)
  if (!other) return { kind: 'free' }
  const under = domain ? ` under domain [${domain.name}]` : ''
  return {
    kind: 'refused',
    reason:
      `its user [${user.username}] of the realm [${user.realm.name}]${under} has the profile [${other.uid}] here, and with ` +
      'two could not activate any',
  }
}
