import type { UserModel } from '../../prisma/generated/sqlite/models.ts'
import type { FoundUser, StoredUser, User } from '../authentication/userRepository.ts'
import { epochOut } from './cluster.ts'
import { objectOut, stringsOut } from './json.ts'

/** A user as it is read, with the security epoch of that moment. */
export type FoundColumns = UserModel & { securityEpoch: bigint | number | null }

export function foundUserOf(row: FoundColumns): FoundUser {
  const { username, incarnation, revision, securityEpoch } = row
  return {
    user: storedUserOf(row),
    basis: { username, incarnation, revision },
    securityEpoch: epochOut(securityEpoch),
  }
}

export function userOf({ username, roles, fullName, email, metadata, enabled }: UserModel): User {
  return { username, roles: stringsOut(roles), fullName, email, metadata: objectOut(metadata), enabled }
}

export function storedUserOf(row: UserModel): StoredUser {
  return { ...userOf(row), passwordHash: row.passwordHash }
}
