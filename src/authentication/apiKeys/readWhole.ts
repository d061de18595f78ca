import type { ApiKey, ApiKeyRepository, ApiKeySelection, Page } from './apiKeyRepository.ts'

/** How many keys are read at once. */
const part = 20

/** Takes keys that were read, and gives them. Throws where there is no room for them. */
export type Hold = (keys: ApiKey[]) => ApiKey[]

/** Reads the keys selected, or a page of them, part by part, as long as each is taken. */
export async function readWhole(
  apiKeys: Pick<ApiKeyRepository, 'ids' | 'list'>,
  selection: ApiKeySelection,
  page: Page | null,
  hold: Hold,
): Promise<ApiKey[]> {
  const ids = await apiKeys.ids(selection, page)
  const read: ApiKey[] = []
  for (let from = 0; from < ids.length; from += part) {
    const some = { ...selection, ids: ids.slice(from, from + part) }
    read.push(...hold(await apiKeys.list(some, page && { ...page, from: 0, size: part })))
  }
  return read
}
