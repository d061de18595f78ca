import type { Domain } from '../authentication/domain.ts'
import { isSameRealm, type Subject } from '../authentication/subject.ts'
import { Failure } from '../errors.ts'
import type { Profile } from './profile.ts'

/** The subject's own one of these profiles, if any. If several are, none is chosen by guessing. Source: spec 2.2. */
export function ownedProfile(
  subject: Subject,
  domain: Domain | null,
  profiles: readonly Profile[],
): Profile | undefined {
  const owned = profiles.filter((profile) => isOwnedBy(profile, subject, domain))
  if (owned.length <= 1) return owned[0]
  const uids = owned.map(({ uid }) => uid).sort()
  throw new Failure(
    'CONFIGURATION',
    `multiple [${uids.length}] profiles [${uids.join(',')}] found for user [${subject.username}] from realm ` +
      `[${subject.realm.name}]` +
      (domain === null ? '' : ` under domain [${domain.name}]`),
  )
}

/**
 * Whether a profile is the subject's: the same username of the same realm, or of any realm of its domain as that is
 * now.
 */
export function isOwnedBy(
  { user }: { readonly user: Pick<Profile['user'], 'username' | 'realm'> },
  { username, realm }: Pick<Subject, 'username' | 'realm'>,
  domain: Domain | null,
): boolean {
  return user.username === username && (domain?.realms ?? [realm]).some((own) => isSameRealm(user.realm, own))
}
