import { Failure } from '../../errors.ts'
import type { ApiKey, ApiKeyRepository, ApiKeySelection, Page } from './apiKeyRepository.ts'

/** How many keys are read at once. */
const part = 50

/** How much of them is held for one answer, in bytes of JSON. */
const most = 64 * 1024 * 1024

/** Reads the keys selected, or a page of them, part by part. @throws `TOO_LARGE` beyond 64 MiB */
export async function readWhole(
  apiKeys: Pick<ApiKeyRepository, 'ids' | 'list'>,
  selection: ApiKeySelection,
  page: Page | null,
): Promise<ApiKey[]> {
  const ids = await apiKeys.ids(selection, page)
  const read: ApiKey[] = []
  let bytes = 0
  for (let from = 0; from < ids.length; from += part) {
    const some = { ...selection, ids: ids.slice(from, from + part) }
    const keys = await apiKeys.list(some, page && { ...page, from: 0, size: part })
    bytes += Buffer.byteLength(JSON.stringify(keys))
    if (bytes > most) throw new Failure('TOO_LARGE', 'the answer would hold more than 64 MiB of API keys')
    read.push(...keys)
  }
  return read
}
