import { isDeepStrictEqual } from 'node:util'
import { isObject } from '../json.ts'

/** What of the settings is read anew while a gateway runs: these, and what is in the files of TLS. */
interface ReadAnew {
  readonly realms: unknown
  readonly domains: unknown
  readonly tls: { readonly files: object } | null
  readonly audit: { readonly destination: unknown }
}

/** The names of those that are others now, and count from the next start on: `http.max_connections`. */
export function settingsForRestart(started: ReadAnew, now: ReadAnew): string[] {
  return differing(lastingOf(started), lastingOf(now))
}

function lastingOf(settings: ReadAnew): object {
  const { tls, audit } = settings
  // It is one setting, though it can have a file in it.
  const destination = [audit.destination]
  return {
    ...settings,
    ...{ realms: null, domains: null },
    tls: tls?.files ?? null,
    audit: { ...audit, destination },
  }
}

function differing(one: object, other: object): string[] {
  const [values, others] = [new Map(Object.entries(one)), new Map(Object.entries(other))]
  return [...new Set([...values.keys(), ...others.keys()])].flatMap((name) => {
    const [value, another] = [values.get(name) as unknown, others.get(name) as unknown]
    if (isDeepStrictEqual(value, another)) return []
    if (!isObject(value) || !isObject(another)) return [name]
    return differing(value, another).map((inner) => `${name}.${inner}`)
  })
}
