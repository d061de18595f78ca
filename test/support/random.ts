/** Numbers that look random, and are the same again for the same seed. */
export interface Random {
  /** From 0 to, but not including, the limit. */
  readonly below: (limit: number) => number
  readonly chance: (probability: number) => boolean
  readonly oneOf: <Each>(all: readonly [Each, ...Each[]]) => Each
}

/** Mulberry32, by Tommy Ettinger: public domain. */
export function createRandom(seed: number): Random {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    below,
    chance: (probability) => next() < probability,
    oneOf: (all) => all[below(all.length)] ?? all[0],
  }
}
