import type { DoorRequest } from './door.ts'

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

/** The value of a single-valued header; Node joins those that are repeated. */
export function singleHeader(
  { headers, rawHeaders }: Pick<DoorRequest, 'headers' | 'rawHeaders'>,
  name: string,
): string | undefined {
  if (headers[name] === undefined) return undefined
  return rawHeaders[
    rawHeaders.findIndex((given, index) => index % 2 === 0 && given.toLowerCase() === name) + 1
  ]
}
