import { isDeepStrictEqual } from 'node:util'

/** The names of the settings in which one differs from the other: `http.max_connections`. */
export function differingSettings(one: object, other: object): string[] {
  const [values, others] = [new Map(Object.entries(one)), new Map(Object.entries(other))]
  return [...new Set([...values.keys(), ...others.keys()])].flatMap((name) => {
    const [value, another] = [values.get(name) as unknown, others.get(name) as unknown]
    if (isDeepStrictEqual(value, another)) return []
    if (!isSection(value) || !isSection(another)) return [name]
    return differingSettings(value, another).map((inner) => `${name}.${inner}`)
  })
}

function isSection(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
