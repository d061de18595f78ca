/**
 * Those of the known names that an unknown one may have meant, the likeliest first: more similar to it than `least`, which
 * is between 0 and 1, for the same.
 */
export function similarNames(unknown: string, known: readonly string[], least: number): string[] {
  return known
    .map((name) => ({
      name,
      similarity: 1 - distance(unknown, name) / Math.max(unknown.length, name.length),
    }))
    .filter((one) => one.similarity > least)
    .sort((one, other) => other.similarity - one.similarity || (one.name < other.name ? -1 : 1))
    .map(({ name }) => name)
}

/** Levenshtein's distance. What is much longer than any known name is not looked at. */
function distance(one: string, other: string): number {
  if (one.length > 2 * other.length) return one.length
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 0; i < one.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < other.length; j++) {
      const replaced = (row[j] ?? 0) + (one[i] === other[j] ? 0 : 1)
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, replaced))
    }
    row = next
  }
  return row[other.length] ?? 0
}
