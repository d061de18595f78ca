import { passwordHashProblem } from '../authentication/passwordHash.ts'
import { userProblems } from '../authentication/userInput.ts'
import { superuser } from '../authentication/username.ts'
import type { StoredUser } from '../authentication/userRepository.ts'
import { roleMappingProblems } from '../authorization/mappings/roleMapping.ts'
import { roleProblems } from '../authorization/role.ts'
import { isObject, sizeOf } from '../json.ts'
import type { ProfileWithData } from '../profile/repository.ts'
import { baseOf } from '../profile/uid.ts'
import { applicationNameProblems } from '../profile/updateData.ts'
import type { TransferRecord } from './record.ts'

/** What is wrong with a record by itself: what the use case would refuse that stores such a thing, and why. */
export function recordProblems({ kind, thing }: TransferRecord, maxProfileSize: number): string[] {
  switch (kind) {
    case 'user':
      return [...userOrSuperuserProblems(thing), ...depthProblems({ metadata: thing.metadata })]
    case 'role':
      return [...roleProblems(thing), ...depthProblems({ definition: thing })]
    case 'role_mapping':
      return [...roleMappingProblems(thing), ...depthProblems({ definition: thing })]
    case 'profile':
      return profileProblems(thing, maxProfileSize)
  }
}

/** The superuser is taken along as it is made: nobody could store another one. */
function userOrSuperuserProblems(user: StoredUser): string[] {
  const { passwordHash, ...rest } = user
  const hashProblem = passwordHashProblem(passwordHash)
  const isMade =
    user.roles.join() === 'superuser' &&
    Object.keys(user.metadata).join() === '_reserved' &&
    user.metadata._reserved === true
  return [
    ...(user.username === superuser && isMade
      ? []
      : userProblems({ ...rest, password: null, passwordHash: null })),
    ...(hashProblem === null ? [] : [`[password_hash] ${hashProblem}`]),
  ]
}

function profileProblems(profile: ProfileWithData, maxSize: number): string[] {
  const { user, labels, data } = profile
  const size = sizeOf(labels) + sizeOf(data)
  return [
    ...(user.username.length > 1_024 ? ['[username] must have at most [1024] characters'] : []),
    ...(isUid(profile) ? [] : ['its uid is none that a user of this name can have']),
    ...applicationNameProblems([...new Set([...Object.keys(labels), ...Object.keys(data)])]),
    ...(size > maxSize
      ? [`its labels and data have [${size}b], which exceeds the maximum of [${maxSize}b]`]
      : []),
    ...depthProblems({ labels, data }),
  ]
}

/** Another one could be in the way of the user for whom it would have been made. Source: spec 2.3. */
function isUid({ uid, user: { username } }: ProfileWithData): boolean {
  const hashed = `u_${baseOf(username)}_`
  if (uid.startsWith(hashed) && /^(0|[1-9]\d{0,8})$/.test(uid.slice(hashed.length))) return true
  const literal = `u_${username}_`
  return (
    uid.startsWith(literal) &&
    /^[a-zA-Z][a-zA-Z0-9]{0,9}$/.test(uid.slice(literal.length)) &&
    /^[a-zA-Z0-9][a-zA-Z0-9-]{0,255}$/.test(username)
  )
}

/** The deepest that a document nests, as everywhere else. */
const mostLevels = 100

function depthProblems(documents: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(documents)
    .filter(([, document]) => isDeeper(document, mostLevels))
    .map(([name]) => `[${name}] nests deeper than ${mostLevels} levels`)
}

function isDeeper(value: unknown, levels: number): boolean {
  if (!Array.isArray(value) && !isObject(value)) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}
