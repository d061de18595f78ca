/** Headers that may stand in a request once. Source: spec 1.5. */
const singleValued = [
  'authorization',
  'content-type',
  'es-client-authentication',
  'traceparent',
  'x-elastic-product-origin',
  'x-opaque-id',
]

/** What is said of a single-valued header that comes with two values: of two, a proxy may have read the other one. */
export function repeatedHeader(rawHeaders: readonly string[]): string | null {
  const values = new Map<string, string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2)
    const known = name.toLowerCase()
    if (!singleValued.includes(known)) continue
    const other = values.get(known)
    if (other !== undefined && other !== value) return `multiple values for single-valued header [${name}].`
    values.set(known, value)
  }
  return null
}
