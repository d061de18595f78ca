import { isDeepStrictEqual } from 'node:util'
import type { ImporterParts, Sent } from './importer.ts'
import type { NamedThings } from './importRepository.ts'
import { keyOf } from './record.ts'

/** What is special about a kind of thing. */
interface Limits {
  /** Whether the one of a name is never replaced. */
  readonly stays?: (name: string) => boolean
  /** How many of the kind there can be. */
  readonly most?: number
}

/** Makes the function that stores a batch of things of one kind that are found by name. */
export function createNamedImport({ replace, dryRun }: Pick<ImporterParts, 'replace' | 'dryRun'>) {
  return async function storeNamed<Thing>(
    things: NamedThings<Thing>,
    batch: readonly Sent[],
    nameOf: (thing: Thing) => string,
    { stays = () => false, most = Infinity }: Limits = {},
  ): Promise<void> {
    const all = batch.map((sent) => ({ sent, thing: sent.record.thing as Thing, name: keyOf(sent.record) }))
    const found = await things.find(all.map(({ name }) => name))
    const there = new Map(found.map((thing) => [nameOf(thing), thing]))
    const changed = all.filter(
      ({ name, thing }) =>
        replace && there.has(name) && !stays(name) && !isDeepStrictEqual(there.get(name), thing),
    )
    const absent = all.filter(({ name }) => !there.has(name))
    const room = Number.isFinite(most) ? Math.max(most - (await things.count()), 0) : absent.length
    const missing = absent.slice(0, room)

    if (!dryRun && changed.length > 0) await things.put(changed.map(({ thing }) => thing))
    const added =
      dryRun || missing.length === 0
        ? missing.map(({ name }) => name)
        : await things.add(missing.map(({ thing }) => thing))

    for (const { sent } of absent.slice(room))
      sent.settle({ kind: 'refused', reason: `there can be at most [${most}] of its kind` })
    for (const { sent } of changed) sent.settle({ kind: 'replaced' })
    // Somebody else may have taken a name meanwhile.
    const [isAdded, isChanged] = [new Set(added), new Set(changed)]
    for (const { sent, name } of missing)
      sent.settle({ kind: isAdded.has(name) ? 'imported' : 'there already' })
    for (const one of all)
      if (there.has(one.name) && !isChanged.has(one)) one.sent.settle({ kind: 'there already' })
  }
}
