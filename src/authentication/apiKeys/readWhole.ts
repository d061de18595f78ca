import { setImmediate } from 'node:timers/promises'
import { Failure } from '../../errors.ts'
import { createInTurn } from '../../inTurn.ts'
import type { Read } from '../../read.ts'
import type { ApiKey, ApiKeyRepository, ApiKeySelection, Page } from './apiKeyRepository.ts'

const all = { from: 0, newestFirst: false }

/** How many keys are read at once. */
const part = 20

/** Of how many keys the ids are read at most: so many are in memory at once. */
const mostIds = 100_000

/** Makes what reads the keys selected, or a page of them, part by part, as long as there is room. */
export function createReadWhole(apiKeys: Pick<ApiKeyRepository, 'ids' | 'list'>) {
  const inTurn = createInTurn()

  /** @throws `TOO_LARGE` where they are too many */
  return async function readWhole(
    selection: ApiKeySelection,
    page: Page | null,
    read: Read,
  ): Promise<ApiKey[]> {
    // Not in the turn of all that is read: where the database keeps one waiting, others go on.
    const found = await inTurn('', async () => {
      // What was read before is counted, and other requests are answered, in between.
      await setImmediate()
      return apiKeys.ids(selection, page ?? { ...all, size: mostIds + 1 })
    })
    const ids = await read(() => Promise.resolve(found))
    if (ids.length > mostIds)
      throw new Failure('TOO_LARGE', `there are more than [${mostIds}] API keys: ask for less at once`)
    const keys: ApiKey[] = []
    for (let from = 0; from < ids.length; from += part) {
      const some = { ...selection, ids: ids.slice(from, from + part) }
      keys.push(...(await read(() => apiKeys.list(some, page && { ...page, from: 0, size: part }))))
    }
    return keys
  }
}
