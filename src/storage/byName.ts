/** Compares by name, code unit by code unit, as no database has to be told to. */
export function byName<T>(nameOf: (item: T) => string) {
  return (one: T, other: T): number => (nameOf(one) < nameOf(other) ? -1 : 1)
}
