import type { AnyRow, Method } from './row.ts'
import { WireError } from './wireError.ts'

/** Where a request leads. */
export type Match =
  | { kind: 'row'; row: AnyRow; pattern: string; path: (name: string) => string }
  | { kind: 'wrongMethod'; allowed: readonly Method[] }
  | { kind: 'unknown' }

interface Route {
  row: AnyRow
  pattern: string
  segments: readonly string[]
}

/**
 * Finds the row of a request. A segment that is spelled out goes before one that stands for any; one that lacks the
 * method gives way to the next. It has to be spelled so, too, without escapes: what stands in front may decide by the
 * path as it was sent. Source: spec 1.6.
 */
export function createRouter(rows: readonly AnyRow[]) {
  const routes = rows
    .flatMap((row) => row.paths.map((pattern): Route => ({ row, pattern, segments: segmentsOf(pattern) })))
    .sort((one, other) => placesIn(one).localeCompare(placesIn(other)))
  const byLength = Map.groupBy(routes, ({ segments }) => segments.length)

  return function route(method: string, path: string): Match {
    const segments = segmentsOf(path)
    const candidates = byLength.get(segments.length) ?? []
    const matching = candidates.filter((candidate) => fits(candidate.segments, segments))
    const match = matching.find(({ row }) => row.methods.some((allowed) => allowed === method))
    if (match) {
      const { row, pattern } = match
      const names = segments.map(decode)
      return { kind: 'row', row, pattern, path: (name) => names[match.segments.indexOf(`{${name}}`)] ?? '' }
    }
    if (matching.length === 0) return { kind: 'unknown' }
    return { kind: 'wrongMethod', allowed: [...new Set(matching.flatMap(({ row }) => row.methods))] }
  }
}

/** One slash in front is none, as are those at the end. */
function segmentsOf(path: string): string[] {
  const segments = path.split('/')
  return segments.slice(path.startsWith('/') ? 1 : 0, segments.findLastIndex((segment) => segment !== '') + 1)
}

function isPlace(segment: string): boolean {
  return segment.startsWith('{')
}

/** Sorts routes: the earlier a place for any segment stands, the later the route. */
function placesIn({ segments }: Route): string {
  return segments.map((segment) => (isPlace(segment) ? '1' : '0')).join('')
}

function fits(route: readonly string[], segments: readonly string[]): boolean {
  return route.every((segment, index) =>
    isPlace(segment) ? segments[index] !== '' : segment === segments[index],
  )
}

function decode(segment: string): string {
  try {
    const decoded = decodeURIComponent(segment)
    if (!decoded.includes('\0')) return decoded
  } catch {
    // Not UTF-8: refused like U+0000, which not every database can store.
  }
  throw new WireError('illegal_argument_exception', 'the path holds U+0000, or an escape that is not UTF-8')
}
