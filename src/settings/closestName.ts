/** Which of the names is likely meant, if one is nearly the same: case and hyphens count for nothing. */
export function closestName(given: string, names: readonly string[]): string | null {
  const plain = given.toLowerCase().replaceAll('-', '_')
  const most = Math.min(2, Math.floor(plain.length / 3))
  const near = names
    .map((name) => ({ name, distance: distance(plain, name.toLowerCase(), most) }))
    .filter((one) => one.distance <= most)
  return near.toSorted((one, other) => one.distance - other.distance)[0]?.name ?? null
}

/** How many letters are too many, missing, others, or the wrong way round; more than `most` need not be told apart. */
function distance(one: string, other: string, most: number): number {
  if (one === other) return 0
  if (most === 0 || Math.abs(one.length - other.length) > most) return most + 1
  const [[first, second], [otherFirst, otherSecond]] = [one, other]
  if (first === otherFirst) return distance(one.slice(1), other.slice(1), most)
  const rest = (skipped: number, otherSkipped: number) =>
    1 + distance(one.slice(skipped), other.slice(otherSkipped), most - 1)
  const areSwapped = first === otherSecond && second === otherFirst
  return Math.min(rest(1, 0), rest(0, 1), rest(1, 1), areSwapped ? rest(2, 2) : Infinity)
}
