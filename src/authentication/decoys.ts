import { createHmac, randomBytes } from 'node:crypto'
import { argon2id } from './hashFormats/argon2id.ts'
import { foreignKinds, type ForeignKind } from './passwordHash.ts'

/** How many users can log in, and how many of them by a hash that is not our own, of which kind. */
export interface HashCounts {
  readonly all: number
  readonly foreign: ReadonlyMap<ForeignKind, number>
}

/**
 * Makes the decoys: hashes that a password is verified against if nobody can log in by that name. Each kind of hash has the
 * same share of such names as of the users, so what it costs to try a name does not tell whether it is a user's. A keyed
 * hash of the name decides which kind it has: the same each time, and nobody can say beforehand which. While users pass
 * from another kind to our own, names do so too, and none the other way.
 */
export function createDecoys() {
  const own = argon2id.decoy()
  let key: string | Buffer = randomBytes(32)
  let all = 0
  /** In the order of the kinds, each up to a number of users. */
  let foreign: { readonly decoy: string; readonly end: number }[] = []

  return {
    decoyFor: (username: string): string => {
      if (foreign.length === 0) return own
      const place = all * fractionOf(username)
      return foreign.find(({ end }) => place < end)?.decoy ?? own
    },

    /** Takes the counts of now, and the key: something secret that stays the same. */
    follow(counts: HashCounts, newKey: string): void {
      let end = 0
      key = newKey
      all = counts.all
      foreign = foreignKinds.flatMap((kind) => {
        const count = counts.foreign.get(kind) ?? 0
        end += count
        return count > 0 ? [{ decoy: kind.format.decoy(kind.cost), end }] : []
      })
    },
  }

  /** At least 0, less than 1. */
  function fractionOf(username: string): number {
    return createHmac('sha256', key).update(username).digest().readUIntBE(0, 6) / 2 ** 48
  }
}

export type Decoys = ReturnType<typeof createDecoys>
