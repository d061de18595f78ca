import type { Passwords } from './passwords.ts'
import { refused, refusedKnown, type Realm } from './realm.ts'
import { createRehash } from './rehash.ts'
import type { RealmRef, Subject } from './subject.ts'
import type { FoundUser, StoredUser, UserRepository } from './userRepository.ts'
import { isSecurityName } from '../authorization/securityName.ts'

interface NativeRealmParts {
  ref: RealmRef
  users: Pick<UserRepository, 'find' | 'findPassword' | 'rehash'>
  passwords: Passwords
  /** Which usernames are this realm's: the reserved ones and all others are two realms over one table. */
  owns: (username: string) => boolean
  /** Told why a hash that is not our own stays for now. */
  report: (cause: unknown) => void
}

/** Each lost one is a write of the user that somebody else has made. */
const mostRehashes = 3

export interface NativeRealm extends Realm {
  /** Finds an enabled user of the realm whom another realm has proven. */
  lookUp(username: string): Promise<FoundUser | null>
}

/** Proves users of our own database by their password. */
export function createNativeRealm({ ref, users, passwords, owns, report }: NativeRealmParts): NativeRealm {
  const rehash = createRehash({ users, passwords, report })

  return {
    takes: 'password',

    async authenticate(credentials, source, anew) {
      if (credentials.kind !== 'password' || !owns(credentials.username)) return null
      const { username, password } = credentials
      // What is issued on the proof rests on the user as it is once its hash is our own.
      for (let rehashes = 0; ; rehashes++) {
        const stored = isSecurityName(username) ? await users.findPassword(username) : null
        // Without a hash that could match, a decoy is verified: unknown, disabled and wrong cost the same.
        const hash = stored?.enabled ? stored.passwordHash : null
        const proven = await passwords.verify(username, hash, password, source, anew)
        if (!stored) return refused
        if (!proven) return refusedKnown
        // Only whoever knows the password gets to know that a large user takes longer.
        const found = stored.found ?? (await users.find(username))
        // Somebody else has written the user meanwhile.
        if (!found?.user.enabled || found.user.passwordHash !== hash) continue
        if (rehashes < mostRehashes && (await rehash(found, password, source))) continue
        const { user, basis, securityEpoch } = found
        return { kind: 'proven', subject: subjectOf(user), authenticationType: 'realm', basis, securityEpoch }
      }
    },

    async lookUp(username) {
      const found = owns(username) && isSecurityName(username) ? await users.find(username) : null
      return found?.user.enabled ? found : null
    },
  }

  function subjectOf({ username, roles, fullName, email, metadata }: StoredUser): Subject {
    return { username, roles, fullName, email, metadata, realm: ref }
  }
}
