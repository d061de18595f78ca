import { Failure, refuseProblems } from '../../errors.ts'
import type { Role } from '../../authorization/role.ts'
import type { Read } from '../../read.ts'
import { isApiKey, type Caller } from '../subject.ts'
import type { ApiKey, ApiKeyRepository, Page } from './apiKeyRepository.ts'
import { idsProblems } from './idsProblems.ts'
import { createReadWhole } from './readWhole.ts'
import type { AskedFor, Reach } from './reach.ts'

const getAction = 'cluster:admin/xpack/security/api_key/get'
const queryAction = 'cluster:admin/xpack/security/api_key/query'

/** As far as Elasticsearch looks into an index, unless told otherwise. */
const window = 10_000

/** A key as it is shown. */
export interface ShownApiKey extends Omit<ApiKey, 'limitedBy'> {
  /** Null, unless it was asked for. */
  readonly limitedBy: readonly Role[] | null
}

export interface ApiKeyPage {
  /** How many there are in all. */
  readonly total: number
  readonly apiKeys: readonly ShownApiKey[]
}

export interface ApiKeyQuery extends Page {
  /** Null: all. */
  readonly ids: readonly string[] | null
}

interface ListParts {
  reach: Reach
  apiKeys: Pick<ApiKeyRepository, 'ids' | 'list' | 'count'>
}

/** Makes the use cases that show keys. Who may see none but its own gets those, or is refused. */
export function createList({ reach, apiKeys }: ListParts) {
  const readWhole = createReadWhole(apiKeys)
  return {
    /**
     * All that are asked for, by when they were made. Asked for others' too, who may not is refused. A key may always
     * see itself. Source: RBACEngine.
     */
    async get(caller: Caller, asked: AskedFor, withLimitedBy: boolean, read: Read): Promise<ShownApiKey[]> {
      refuseProblems(getProblems(asked))
      const isOwn = reach.isOwn(caller, asked) && maySeeLimits(caller, withLimitedBy)
      const selection = await reach.of(caller, getAction, asked, isOwn, isOwn && isApiKey(caller))
      return (await readWhole(selection, null, read)).map(shown(withLimitedBy))
    },

    /** A part of those that the caller may see. */
    async query(
      caller: Caller,
      { ids, ...page }: ApiKeyQuery,
      withLimitedBy: boolean,
      read: Read,
    ): Promise<ApiKeyPage> {
      refuseProblems(queryProblems({ ids, ...page }))
      if (page.from + page.size > window) throw new Failure('INVALID_INPUT', tooFar(page))
      const all = { ids, name: null, username: null, realmName: null, owned: false, activeOnly: false }
      const selection = await reach.of(caller, queryAction, all, maySeeLimits(caller, withLimitedBy))
      const [total, found] = await Promise.all([apiKeys.count(selection), readWhole(selection, page, read)])
      return { total, apiKeys: found.map(shown(withLimitedBy)) }
    },
  }
}

/** A key is not shown even its own limits as its own. */
function maySeeLimits({ apiKey }: Caller, withLimitedBy: boolean): boolean {
  return !apiKey || !withLimitedBy
}

function shown(withLimitedBy: boolean) {
  return ({ limitedBy, ...key }: ApiKey): ShownApiKey => ({
    ...key,
    limitedBy: withLimitedBy ? limitedBy : null,
  })
}

/** Source: GetApiKeyRequest. */
function getProblems({ ids, name, username, realmName, owned }: AskedFor): string[] {
  const byOwner = username !== null || realmName !== null
  return [
    ...((ids ?? name) !== null && byOwner
      ? ['username or realm name must not be specified when the api key id or api key name is specified']
      : []),
    ...(owned && byOwner
      ? ['neither username nor realm-name may be specified when retrieving owned API keys']
      : []),
    ...(ids !== null && name !== null ? ['only one of [api key id, api key name] can be specified'] : []),
    ...idsProblems(ids),
  ]
}

/** Source: QueryApiKeyRequest. */
function queryProblems({ ids, from, size }: ApiKeyQuery): string[] {
  const negative = (name: string, value: number) =>
    value < 0 ? [`[${name}] parameter cannot be negative but was [${value}]`] : []
  return [...negative('from', from), ...negative('size', size), ...idsProblems(ids)]
}

function tooFar({ from, size }: Page): string {
  return `Result window is too large, from + size must be less than or equal to: [${window}] but was [${from + size}]`
}
