import type { Authorize } from '../../authorization/authorize.ts'
import { unknownSubject } from '../../authorization/denial.ts'
import { effectiveRoles } from '../../authorization/effectiveRoles.ts'
import { expressionProblems } from '../../authorization/globalPrivilege.ts'
import { completeRole, grantsNothing, type Role } from '../../authorization/role.ts'
import type { RoleRepository } from '../../authorization/roleRepository.ts'
import { Failure, refuseProblems } from '../../errors.ts'
import { isApiKey, type Caller } from '../subject.ts'
import { hashOf, newToken } from '../tokens/opaqueToken.ts'
import { apiKeyProblems, limitProblems, type ApiKeyInput } from './apiKeyInput.ts'
import type { ApiKeyRepository, OwnerSelection } from './apiKeyRepository.ts'
import { expirationOf } from './expiration.ts'
import { newKeyId } from './keyId.ts'

const action = 'cluster:admin/xpack/security/api_key/create'

/** How many valid keys one owner can have. */
const most = 1_000

/** A key as it is handed out, once. */
export interface CreatedApiKey {
  readonly id: string
  readonly name: string
  /** In epoch milliseconds; null: never. */
  readonly expiresAt: number | null
  /** The secret. */
  readonly key: string
}

interface CreateParts {
  authorize: Authorize
  roles: Pick<RoleRepository, 'list'>
  apiKeys: Pick<ApiKeyRepository, 'create' | 'count'>
  /** For how long a key is kept that is not valid any more, in milliseconds. */
  retained: number
}

/** Makes the use case: the caller gets a key, which may do at most what the caller may do now. */
export function createCreate({ authorize, roles, apiKeys, retained }: CreateParts) {
  return async function create(caller: Caller, input: ApiKeyInput): Promise<CreatedApiKey> {
    // 1  Is it a key at all, and may the caller do this?
    const roleDescriptors = input.roleDescriptors.map(completeRole)
    refuseProblems(apiKeyProblems({ ...input, roleDescriptors }))
    const valid = input.expiration === null ? null : expirationOf(input.expiration)
    await authorize(caller, action)
    refuseProblems(expressionProblems(roleDescriptors))
    const isDerived = isApiKey(caller)
    if (isDerived && !isPowerless(roleDescriptors)) throw new Failure('INVALID_INPUT', derived)

    // 2  What may its owner do now?
    const limitedBy = isDerived ? [] : await rolesOf(caller)
    refuseProblems(limitProblems(limitedBy))

    // 3  Store it, while the caller is still the one it was.
    const [id, key] = [newKeyId(), newToken()]
    const { name, metadata } = input
    const { username, realm, via, basis, token: parent } = caller
    const owner = { username, realm: { name: realm.name, type: realm.type }, via }
    const stored = { id, keyHash: hashOf(key), name, roleDescriptors, limitedBy, metadata, parent }
    const made = await apiKeys.create({ ...stored, owner }, { valid, retained, most }, basis)
    if (!made) {
      if (await isFull({ username, realms: [realm], via })) throw new Failure('INVALID_INPUT', full)
      throw new Failure('UNAUTHENTICATED', unknownSubject(username, action))
    }
    return { id, name, expiresAt: made.expiresAt, key }
  }

  async function isFull(owner: OwnerSelection): Promise<boolean> {
    const all = { ids: null, name: null, username: null, realmName: null }
    return (await apiKeys.count({ ...all, owner, activeOnly: true })) >= most
  }

  async function rolesOf(caller: Caller): Promise<Role[]> {
    const stored = await roles.list(caller.roles)
    return effectiveRoles(caller.roles, new Map(stored.map((role) => [role.name, role])))
  }
}

/** Without descriptors a key may do all that its owner may. */
function isPowerless(roleDescriptors: readonly Role[]): boolean {
  return roleDescriptors.length > 0 && roleDescriptors.every(grantsNothing)
}

const full = `an owner can have at most [${most}] valid API keys, invalidate some first`

/** A key that came from a key would outlive it, and whatever ended it. */
const derived =
  'creating derived api keys requires an explicit role descriptor that is empty (has no privileges)'
