// Export and import: what a gateway knows of users, as a file, and back. This folder knows which things may be stored
// and what stands in their way; it knows neither where bytes come from nor how things are stored.

import type { Domain } from '../authentication/domain.ts'
import { isReservedUsername } from '../authentication/username.ts'
import { mostMappings } from '../authorization/mappings/roleMapping.ts'
import { recordProblems } from './recordProblems.ts'
import type { ImportRepository } from './importRepository.ts'
import { createNamedImport } from './namedImport.ts'
import { createProfileImport } from './profileImport.ts'
import { keyOf, type Kind, type TransferRecord } from './record.ts'

/** A record, with what tells its sender which it was. */
export interface Sent<K extends Kind = Kind> {
  readonly record: TransferRecord<K>
  /** In bytes. */
  readonly size: number
  readonly settle: (outcome: Outcome) => void
}

/** What became of a record. With `refused` comes the reason. */
export type Outcome =
  | { readonly kind: 'imported' | 'replaced' | 'there already' }
  | { readonly kind: 'refused'; readonly reason: string }

export interface ImporterParts {
  repository: ImportRepository
  /** As they are configured: in each, one username is one person. */
  domains: readonly Domain[]
  /** The largest that labels and data of a profile may be together, in bytes of JSON. */
  maxProfileSize: number
  /** Whether what is there is replaced; a profile only by a newer one, and the superuser never. */
  replace: boolean
  /** Whether only what would happen is told. */
  dryRun: boolean
}

/** One batch is one statement. */
const most = { records: 500, bytes: 4 * 1024 * 1024 }

/** Makes what stores records, in batches of one kind. The next is gathered while one is being stored. */
export function createImporter(parts: ImporterParts) {
  const { repository, maxProfileSize } = parts
  const storeProfiles = createProfileImport(parts)
  const storeNamed = createNamedImport(parts)
  const { users, roles, roleMappings } = repository
  const store: Readonly<Record<Kind, (batch: Sent[]) => Promise<void>>> = {
    user: (batch) => storeNamed(users, batch, ({ username }) => username, { stays: isReservedUsername }),
    role: (batch) => storeNamed(roles, batch, ({ name }) => name),
    role_mapping: (batch) => storeNamed(roleMappings, batch, ({ name }) => name, { most: mostMappings }),
    profile: (batch) => storeProfiles(batch as Sent<'profile'>[]),
  }
  const batches = new Map<Kind, Batch>()
  let storing = Promise.resolve()

  return {
    /** Takes a record. It is settled at once if it is refused by itself, and else when its batch is stored. */
    async add(sent: Sent): Promise<void> {
      const problems = recordProblems(sent.record, maxProfileSize)
      if (problems.length > 0) {
        sent.settle({ kind: 'refused', reason: problems.join('; ') })
        return
      }
      const { kind } = sent.record
      const key = keyOf(sent.record)
      if (batches.get(kind)?.sent.has(key)) await flush(kind)
      const batch = batches.get(kind) ?? { sent: new Map<string, Sent>(), bytes: 0 }
      batches.set(kind, batch)
      batch.sent.set(key, sent)
      batch.bytes += sent.size
      if (batch.sent.size === most.records || batch.bytes >= most.bytes) await flush(kind)
    },

    /** Waits until all that was added is settled. */
    async finish(): Promise<void> {
      for (const kind of batches.keys()) await flush(kind)
      await storing
    },
  }

  async function flush(kind: Kind): Promise<void> {
    const batch = [...(batches.get(kind)?.sent.values() ?? [])]
    batches.delete(kind)
    await storing
    storing = store[kind](batch)
    // Whoever waits for it next is told.
    storing.catch(() => undefined)
  }
}

interface Batch {
  /** By name or uid: none twice in one batch. */
  readonly sent: Map<string, Sent>
  bytes: number
}
