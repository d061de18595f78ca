import type { Passwords } from './passwords.ts'
import { refused, type Realm } from './realm.ts'
import type { RealmRef, Subject } from './subject.ts'
import type { StoredUser, UserRepository } from './userRepository.ts'
import { isSecurityName } from '../authorization/securityName.ts'

interface NativeRealmParts {
  ref: RealmRef
  users: Pick<UserRepository, 'find'>
  passwords: Passwords
  /** Which usernames are this realm's: the reserved ones and all others are two realms over one table. */
  owns: (username: string) => boolean
}

/** Proves users of our own database by their password. */
export function createNativeRealm({ ref, users, passwords, owns }: NativeRealmParts): Realm {
  return {
    async authenticate(credentials) {
      if (credentials.kind !== 'password' || !owns(credentials.username)) return null
      const { username, password } = credentials
      const found = isSecurityName(username) ? await users.find(username) : null
      // Without a hash that could match, a decoy is verified: unknown, disabled and wrong cost the same.
      const hash = found?.user.enabled ? found.user.passwordHash : null
      const proven = await passwords.verify(username, hash, password)
      if (!found || !proven) return refused
      const { user, basis, securityEpoch } = found
      return { kind: 'proven', subject: subjectOf(user), authenticationType: 'realm', basis, securityEpoch }
    },
  }

  function subjectOf({ username, roles, fullName, email, metadata }: StoredUser): Subject {
    return { username, roles, fullName, email, metadata, realm: ref }
  }
}
