import type { Authorize } from '../authorization/authorize.ts'
import { unknownSubject } from '../authorization/denial.ts'
import type { Action } from '../authorization/privileges.ts'
import { Failure, refuseProblems } from '../errors.ts'
import type { Read } from '../read.ts'
import { isOwnHash } from './passwordHash.ts'
import type { Passwords } from './passwords.ts'
import { sourceOf } from './source.ts'
import { isOwnRealm, type Caller } from './subject.ts'
import { passwordProblems, userProblems, type NewPassword, type UserInput } from './userInput.ts'
import { isReservedUsername } from './username.ts'
import type { User, UserRepository } from './userRepository.ts'

const putAction = 'cluster:admin/xpack/security/user/put'
const changePasswordAction = 'cluster:admin/xpack/security/user/change_password'

export interface UserPut {
  readonly created: boolean
  readonly user: User
}

interface UsersParts {
  authorize: Authorize
  users: UserRepository
  passwords: Passwords
}

/** Makes the use cases that manage users. */
export function createUsers({ authorize, users, passwords }: UsersParts) {
  const hash = (password: string, { origin }: Caller) =>
    passwords.hash(password, sourceOf({ role: 'caller', origin }))

  return {
    /** Creates a user or replaces it whole. Without a password it keeps the one it has; a new user has none: null. */
    async put(caller: Caller, { password, passwordHash, ...user }: UserInput): Promise<UserPut | null> {
      refuseProblems(userProblems({ ...user, password, passwordHash }))
      await authorize(caller, putAction)
      const newHash = password === null ? passwordHash : await hash(password, caller)
      if (newHash === null) return (await users.replace(user)) ? { created: false, user } : null
      const created = await users.put({ ...user, passwordHash: newHash }, caller)
      if (created === null) throw goneMeanwhile(caller, putAction)
      return { created, user }
    },

    /** False if there was no such user. */
    async delete(caller: Caller, username: string): Promise<boolean> {
      await authorize(caller, 'cluster:admin/xpack/security/user/delete')
      if (isReservedUsername(username)) {
        throw new Failure('INVALID_INPUT', `user [${username}] is reserved and cannot be deleted`)
      }
      return users.delete(username)
    },

    /**
     * Everybody may change their own password, but not to a hash that is not our own: it may cost forty times as much to
     * verify. False if there is no such user.
     */
    async changePassword(caller: Caller, username: string, newPassword: NewPassword): Promise<boolean> {
      const { password, passwordHash } = newPassword
      if (password === null && passwordHash === null) refuseProblems(['password is missing'])
      refuseProblems(passwordProblems(newPassword))
      if (!isOwn(caller, username) || (passwordHash !== null && !isOwnHash(passwordHash))) {
        await authorize(caller, changePasswordAction)
      }
      const newHash = password === null ? passwordHash : await hash(password, caller)
      if (newHash === null) return false
      const changed = await users.setPasswordHash(username, newHash, caller)
      if (changed === null) throw goneMeanwhile(caller, changePasswordAction)
      return changed
    },

    /** Nobody may disable the account they use. False if there is no such user. */
    async setEnabled(caller: Caller, username: string, enabled: boolean): Promise<boolean> {
      await authorize(caller, 'cluster:admin/xpack/security/user/set_enabled')
      if (username === caller.username) {
        throw new Failure('INVALID_INPUT', 'users may not update the enabled status of their own account')
      }
      return users.setEnabled(username, enabled)
    },

    /** Those of the named users that exist, or all, by name. */
    async list(caller: Caller, usernames: readonly string[] | null, read: Read): Promise<User[]> {
      await authorize(caller, 'cluster:admin/xpack/security/user/get')
      return users.list(usernames, read)
    },
  }
}

/**
 * A caller of another realm may have the name of a user of ours, and is somebody else. A token may be stolen, and must
 * not give the account away for good.
 */
function isOwn({ username: own, realm, via, authenticationType }: Caller, username: string): boolean {
  return username === own && isOwnRealm(realm) && via === null && authenticationType === 'realm'
}

/** The caller was known when the request began, and was written or ended while it waited for a hash. */
function goneMeanwhile({ username }: Caller, action: Action): Failure {
  return new Failure('UNAUTHENTICATED', unknownSubject(username, action))
}

export type Users = ReturnType<typeof createUsers>
