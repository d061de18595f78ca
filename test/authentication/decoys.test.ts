import { describe, expect, it } from 'vitest'
import { createDecoys } from '../../src/authentication/decoys.ts'
import { bcrypt } from '../../src/authentication/hashFormats/bcrypt.ts'
import { pbkdf2 } from '../../src/authentication/hashFormats/pbkdf2.ts'
import { foreignKindOf, foreignKinds, isOwnHash } from '../../src/authentication/passwordHash.ts'

const names = Array.from({ length: 2_000 }, (_, n) => `nobody-${n}`)

/** Of which kind the decoy of a name is: `own`, or what it begins with. */
function kindsOf({ decoyFor }: ReturnType<typeof createDecoys>): string[] {
  return names
    .map(decoyFor)
    .map((decoy) => (isOwnHash(decoy) ? 'own' : decoy.slice(0, decoy.indexOf('$', 4))))
}

/** Decoys like users of whom so many have hashes of such kinds. */
function decoysLike(all: number, counts: [typeof bcrypt, cost: number, count: number][], key = 'a secret') {
  const decoys = createDecoys()
  const foreign = new Map(
    counts.map(([format, cost, count]) => {
      const kind = foreignKinds.find((one) => one.format === format && one.cost === cost)
      if (!kind) throw new Error(`there is no cost ${cost}`)
      return [kind, count]
    }),
  )
  decoys.follow({ all, foreign }, key)
  return decoys
}

function share(kinds: readonly string[], kind: string): number {
  return kinds.filter((one) => one === kind).length / kinds.length
}

describe('decoys', () => {
  it('are of our own format before anything is known, and where all hashes are', () => {
    expect(new Set(kindsOf(createDecoys()))).toEqual(new Set(['own']))
    expect(new Set(kindsOf(decoysLike(10, [])))).toEqual(new Set(['own']))
    expect(new Set(kindsOf(decoysLike(0, [])))).toEqual(new Set(['own']))
  })

  it('are of the one kind that all hashes are of', () => {
    expect(new Set(kindsOf(decoysLike(10, [[bcrypt, 10, 10]])))).toEqual(new Set(['$2a$10']))
  })

  it('are of each kind as often as the hashes are', () => {
    const half = kindsOf(decoysLike(10, [[bcrypt, 10, 5]]))
    expect(new Set(half)).toEqual(new Set(['$2a$10', 'own']))
    expect(share(half, 'own')).toBeCloseTo(0.5, 1)
    const thirds = kindsOf(decoysLike(3_000, [[bcrypt, 12, 1_000], [pbkdf2, 10_000, 1_500]])) // prettier-ignore
    expect(share(thirds, '$2a$12')).toBeCloseTo(1 / 3, 1)
    expect(share(thirds, '{PBKDF2}10000')).toBeCloseTo(1 / 2, 1)
    expect(share(thirds, 'own')).toBeCloseTo(1 / 6, 1)
  })

  it('are of the same kind for the same name, at every gateway and after every start', () => {
    expect(kindsOf(decoysLike(10, [[bcrypt, 10, 5]]))).toEqual(kindsOf(decoysLike(10, [[bcrypt, 10, 5]])))
  })

  it('are of a kind that nobody can say without the key', () => {
    const [one, other] = ['one', 'other'].map((key) => kindsOf(decoysLike(10, [[bcrypt, 10, 5]], key)))
    const same = names.filter((_, n) => one?.[n] === other?.[n])
    expect(same.length / names.length).toBeCloseTo(0.5, 1)
  })

  it('become our own as the hashes do, and none becomes another one again', () => {
    let before = kindsOf(decoysLike(100, [[bcrypt, 10, 100]]))
    for (const count of [70, 40, 10, 1, 0]) {
      const after = kindsOf(decoysLike(100, [[bcrypt, 10, count]]))
      expect(share(after, '$2a$10')).toBeCloseTo(count / 100, 1)
      expect(names.filter((_, n) => before[n] === 'own' && after[n] !== 'own')).toEqual([])
      before = after
    }
  })

  it('are hashes of the kind that they stand for', () => {
    for (const kind of foreignKinds) {
      const { decoyFor } = decoysLike(1, [[kind.format, kind.cost, 1]])
      expect(foreignKindOf(decoyFor('nobody'))).toBe(kind)
    }
  })
})
