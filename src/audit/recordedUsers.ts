import type { UserRepository } from '../authentication/userRepository.ts'
import { theGateway } from './actors.ts'
import type { RecordOperation } from './operations.ts'

/** The same users, of whom that is recorded which the gateway does by itself. */
export function recordedUsers(users: UserRepository, record: RecordOperation): UserRepository {
  return {
    ...users,
    rehash: (basis, passwordHash) =>
      record(theGateway(), {
        action: 'user-rehash',
        about: () => ({ user: { name: basis.username } }),
        run: () => users.rehash(basis, passwordHash),
        refusal: (isStored) => (isStored ? undefined : 'VERSION_CONFLICT'),
      }),
    createIfAbsent: (user) =>
      record(theGateway(), {
        action: 'superuser-create',
        about: () => ({ user: { name: user.username, roles: user.roles } }),
        run: () => users.createIfAbsent(user),
        refusal: ({ passwordHash }) => (passwordHash === user.passwordHash ? undefined : 'ALREADY_THERE'),
      }),
  }
}
