export interface Sized {
  readonly key: string
  /** In bytes. */
  readonly size: number | bigint
}

/** How many keys one statement can have. */
export const mostKeys = 1_000

/** Splits keys, in their order, so that what is stored under those of one part has not too many bytes. One alone may have. */
export function partsOf(sized: readonly Sized[], mostBytes: number): string[][] {
  const parts: string[][] = []
  let bytes = 0
  for (const { key, size } of sized) {
    const part = parts.at(-1)
    bytes += Number(size)
    if (part && part.length < mostKeys && bytes <= mostBytes) part.push(key)
    else {
      parts.push([key])
      bytes = Number(size)
    }
  }
  return parts
}
