import { refuseProblems } from '../../errors.ts'
import type { Caller } from '../subject.ts'
import type { ApiKeyRepository } from './apiKeyRepository.ts'
import { idsProblems } from './idsProblems.ts'
import type { AskedFor, Reach } from './reach.ts'

const action = 'cluster:admin/xpack/security/api_key/invalidate'

/** The ids of keys that were ended, and of those that were asked for by id and had been before. */
export interface InvalidatedKeys {
  readonly invalidated: readonly string[]
  readonly previouslyInvalidated: readonly string[]
}

interface InvalidateParts {
  reach: Reach
  apiKeys: Pick<ApiKeyRepository, 'ids' | 'invalidate'>
  /** For how long a key is kept that is not valid any more, in milliseconds. */
  retained: number
}

/** Makes the use case: keys end before their time, for good. */
export function createInvalidate({ reach, apiKeys, retained }: InvalidateParts) {
  return async function invalidate(
    caller: Caller,
    asked: Omit<AskedFor, 'activeOnly'>,
  ): Promise<InvalidatedKeys> {
    refuseProblems(invalidationProblems(asked))
    const whole = { ...asked, activeOnly: false }
    const selection = await reach.of(caller, action, whole, reach.isOwn(caller, whole))
    const invalidated = await apiKeys.invalidate(selection, retained)
    if (asked.ids === null) return { invalidated, previouslyInvalidated: [] }
    const now = new Set(invalidated)
    const known = await apiKeys.ids(selection, null)
    return { invalidated, previouslyInvalidated: known.filter((id) => !now.has(id)) }
  }
}

/** Source: InvalidateApiKeyRequest. */
function invalidationProblems({ ids, name, username, realmName, owned }: Omit<AskedFor, 'activeOnly'>) {
  if (ids?.length === 0) return ['Field [ids] cannot be an empty array']
  const blank = (ids ?? []).flatMap((id, index) => (id.trim() === '' ? [index] : []))
  if (blank.length > 0) return [blankIds(blank)]
  const byOwner = username !== null || realmName !== null
  return [
    ...((ids ?? name) === null && !byOwner && !owned
      ? [
          'One of [api key id(s), api key name, username, realm name] must be specified if [owner] flag is false',
        ]
      : []),
    ...((ids ?? name) !== null && byOwner
      ? ['username or realm name must not be specified when the api key id(s) or api key name are specified']
      : []),
    ...(owned && byOwner
      ? ['neither username nor realm-name may be specified when invalidating owned API keys']
      : []),
    ...(ids !== null && name !== null ? ['only one of [api key id(s), api key name] can be specified'] : []),
    ...idsProblems(ids),
  ]
}

function blankIds(at: readonly number[]): string {
  const [id, position] = at.length === 1 ? ['id', 'position'] : ['ids', 'positions']
  return `Field [ids] must not contain blank id, but got blank ${id} at index ${position}: [${at.join(', ')}]`
}
