import type { Read } from '../../read.ts'
import type { ApiKey, ApiKeyRepository, ApiKeySelection, Page } from './apiKeyRepository.ts'

/** How many keys are read at once. */
const part = 20

/** Reads the keys selected, or a page of them, part by part, as long as there is room. */
export async function readWhole(
  apiKeys: Pick<ApiKeyRepository, 'ids' | 'list'>,
  selection: ApiKeySelection,
  page: Page | null,
  read: Read,
): Promise<ApiKey[]> {
  const ids = await apiKeys.ids(selection, page)
  const keys: ApiKey[] = []
  for (let from = 0; from < ids.length; from += part) {
    const some = { ...selection, ids: ids.slice(from, from + part) }
    keys.push(...(await read(() => apiKeys.list(some, page && { ...page, from: 0, size: part }))))
  }
  return keys
}
