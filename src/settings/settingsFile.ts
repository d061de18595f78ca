import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml'
import { reasonUnread } from '../systemReason.ts'

export interface SettingsFile {
  /** Undefined where it is no YAML. */
  readonly value: unknown
  /** Where it stands. */
  readonly folder: string
  /** Where the value of a setting comes from. */
  readonly originOf: (path: readonly string[]) => Origin
  /** Where a setting stands, or the innermost of those that it is part of. */
  readonly lineOf: (path: readonly string[]) => number
  /** Whether a value, or what it is part of, comes from elsewhere and is not there: a problem has said so. */
  readonly isMissing: (path: readonly string[]) => boolean
  /** What is wrong with the file itself, each with its line. */
  readonly problems: readonly string[]
}

/** Whether a value stands in the file itself, at least in part, or elsewhere altogether. */
export type Origin =
  | { readonly kind: 'text' | 'environment' }
  | { readonly kind: 'file'; readonly file: string }

type Settings = Record<string, unknown>
type Environment = Readonly<Record<string, string | undefined>>

/** Settings of Elasticsearch's that may be pasted in with this prefix. */
const prefix = 'xpack.security.authc.'

/**
 * Reads a file of settings: names nested or dotted, `${NAME}` for a value of the environment, `${file:path}` for the
 * content of a file, by its path from the folder.
 */
export function parseSettings(text: string, folder: string, environment: Environment): SettingsFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineAt = (node: unknown) => lines.linePos((node as Node | null)?.range?.[0] ?? 0).line
  // What comes after the first is of what the parser makes of it.
  const problems = document.errors.slice(0, 1).map(({ message, pos: [start] }) => {
    const { line } = lines.linePos(start)
    const said = message.replace(/: ".*/s, '')
    return `${line}: ${said}${text.split('\n')[line - 1]?.includes('${') ? quotesNeeded : ''}`
  })
  const known = new Map<string, number>()
  const origins = new Map<string, Origin>()
  const missing = new Set<string>()
  const value = nothing()
  const isYaml = problems.length === 0
  const { contents } = document
  if (isYaml && isMap(contents)) addAll(contents, [])
  else if (isYaml && contents && !isLeftEmpty(contents)) problems.push('1: expected settings by name')
  const originOf = (path: readonly string[]) => origins.get(path.join('.')) ?? { kind: 'text' as const }
  const isMissing = (path: readonly string[]) =>
    path.some((_, last) => missing.has(path.slice(0, last + 1).join('.')))
  return { value: isYaml ? value : undefined, folder, originOf, lineOf, isMissing, problems }

  function lineOf(path: readonly string[]): number {
    for (let length = path.length; length > 0; length--) {
      const line = known.get(path.slice(0, length).join('.'))
      if (line !== undefined) return line
    }
    return 1
  }

  function addAll(map: YAMLMap, path: readonly string[]): void {
    for (const { key, value: node } of map.items) {
      const line = lineAt(key)
      const inner = isAlias(node) ? node.resolve(document) : node
      const full = [...path, ...(isScalar(key) ? String(key.value).split('.') : [''])].join('.')
      const inside = (full.startsWith(prefix) ? full.slice(prefix.length) : full).split('.')
      remember(inside, line)
      // It is a name like others only where an object has no prototype: not wherever settings go from here.
      if (inside.includes('__proto__')) problems.push(`${line}: ${inside.join('.')}: unknown setting`)
      else if (isMap(inner) && inner.items.length > 0) addAll(inner, inside)
      else if (!isLeftEmpty(inner) || narrows(inside)) {
        set(inside, isMap(inner) ? {} : plain(inner, inside.join('.')), line)
        if (isScalar(inner)) origins.set(inside.join('.'), originIn(String(inner.value)))
      }
    }
  }

  function remember(path: readonly string[], line: number): void {
    for (let length = 1; length <= path.length; length++) {
      const name = path.slice(0, length).join('.')
      if (length === path.length || !known.has(name)) known.set(name, line)
    }
  }

  function set(path: readonly string[], setting: unknown, line: number): void {
    let place = value
    for (const name of path.slice(0, -1)) {
      const next = (place[name] ??= nothing())
      if (typeof next !== 'object' || Array.isArray(next)) return clash(path, line)
      place = next as Settings
    }
    const last = path.at(-1) ?? ''
    if (last in place) return clash(path, line)
    place[last] = setting
  }

  function clash(path: readonly string[], line: number): void {
    problems.push(`${line}: ${path.join('.')}: set twice`)
  }

  function originIn(text: string): Origin {
    const [, name] = /^\$\{([^}]*)\}$/.exec(text) ?? []
    if (name === undefined) return { kind: 'text' }
    const file = fileNamed(name)
    return file === null ? { kind: 'environment' } : { kind: 'file', file }
  }

  function plain(node: unknown, place: string): unknown {
    if (isAlias(node)) return plain(node.resolve(document), place)
    if (isSeq(node)) return node.items.map((item, index) => plain(item, `${place}.${index}`))
    if (!isScalar(node)) return isMap(node) ? node.toJS(document) : null
    if (typeof node.value === 'string') return substitute(node.value, lineAt(node), place)
    // A number that means a text, such as an id, stays as it is written.
    return typeof node.value === 'number' && String(node.value) !== node.source ? node.source : node.value
  }

  function substitute(text: string, line: number, place: string): string {
    return text.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
      const file = fileNamed(name)
      try {
        const found = file === null ? environment[name] : contentOf(file)
        if (found !== undefined) return found
        problems.push(`${line}: \${${name}}: there is no environment variable ${name}`)
      } catch (error) {
        problems.push(`${line}: \${${name}}: ${file} cannot be read: ${reasonUnread(error)}`)
      }
      missing.add(place)
      return ''
    })
  }

  function fileNamed(name: string): string | null {
    return name.startsWith('file:') ? resolve(folder, name.slice('file:'.length)) : null
  }
}

const quotesNeeded = ' (within braces and brackets, ${NAME} has to be in quotes)'

/** Settings with none in them, and no prototype that a name could reach. */
function nothing(): Settings {
  return Object.create(null) as Settings
}

/** Whether nothing stands after a name, as where all that stood below it is commented out. */
function isLeftEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null && node.source === '')
}

const lettingIn =
  /^realms\..*\.(allowed_(issuer|audiences|clients|subjects|subject_patterns|signature_algorithms)|authorization_realms|required_claims(\..+)?|claim_patterns(\.principal)?|ssl\.certificate_authorities)$/

/** Whether a setting says whom a realm lets in: without a value it would be everybody. */
function narrows(path: readonly string[]): boolean {
  return lettingIn.test(path.join('.'))
}

/** What a file holds, without the end of its last line. */
function contentOf(file: string): string {
  return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
}
