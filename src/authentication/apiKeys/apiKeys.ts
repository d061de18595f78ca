// API keys: credentials of programs, each with at most what its owner might do when it was made. This folder knows
// whose they are and until when; it knows neither the wire, nor how keys are stored.

import type { Authorize } from '../../authorization/authorize.ts'
import type { RoleRepository } from '../../authorization/roleRepository.ts'
import type { DomainOf } from '../domain.ts'
import type { RealmOf } from '../tokens/tokenSubject.ts'
import type { ApiKeyRepository } from './apiKeyRepository.ts'
import { createCreate } from './create.ts'
import { createInvalidate } from './invalidate.ts'
import { createList } from './list.ts'
import { createReach } from './reach.ts'

interface ApiKeysParts {
  authorize: Authorize
  apiKeys: ApiKeyRepository
  roles: Pick<RoleRepository, 'list'>
  domainOf: DomainOf
  realmOf: RealmOf
  /** For how long a key is kept that is not valid any more, in milliseconds. */
  retained: number
}

/** Makes the use cases of API keys. */
export function createApiKeys(parts: ApiKeysParts) {
  const reach = createReach(parts)
  return {
    create: createCreate(parts),
    ...createList({ ...parts, reach }),
    invalidate: createInvalidate({ ...parts, reach }),
  }
}

export type ApiKeys = ReturnType<typeof createApiKeys>
