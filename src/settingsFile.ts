import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml'

interface SettingsFile {
  readonly value: unknown
  /** Where a setting stands, or the innermost of those that it is part of. */
  readonly lineOf: (path: readonly string[]) => number
  /** What is wrong with the file itself, each with its line. */
  readonly problems: readonly string[]
}

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
  const problems = document.errors.map(
    ({ message, pos: [start] }) => `${lines.linePos(start).line}: ${message}`,
  )
  const known = new Map<string, number>()
  const value: Record<string, unknown> = {}
  if (isMap(document.contents)) addAll(document.contents, [])
  else if (document.contents !== null && problems.length === 0) problems.push('1: expected settings by name')
  return { value, lineOf, problems }

  function lineOf(path: readonly string[]): number {
    for (let length = path.length; length > 0; length--) {
      const line = known.get(path.slice(0, length).join('.'))
      if (line !== undefined) return line
    }
    return 1
  }

  function addAll(node: unknown, path: readonly string[]): void {
    if (!isMap(node)) return
    for (const { key, value: inner } of node.items) {
      const name = isScalar(key) ? String(key.value) : ''
      const full = [...path, ...name.split('.')].join('.')
      const inside = (full.startsWith(prefix) ? full.slice(prefix.length) : full).split('.')
      known.set(inside.join('.'), lineAt(key))
      if (isMap(inner) && inner.items.length > 0) addAll(inner, inside)
      else set(inside, isMap(inner) ? {} : plain(inner), lineAt(key))
    }
  }

  function set(path: readonly string[], setting: unknown, line: number): void {
    let place = value
    for (const name of path.slice(0, -1)) {
      const next = Object.hasOwn(place, name) ? place[name] : (place[name] = {})
      if (typeof next !== 'object' || next === null || Array.isArray(next)) return clash(path, line)
      place = next as Record<string, unknown>
    }
    const last = path.at(-1) ?? ''
    if (Object.hasOwn(place, last)) return clash(path, line)
    Object.defineProperty(place, last, {
      value: setting,
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }

  function clash(path: readonly string[], line: number): void {
    problems.push(`${line}: ${path.join('.')}: set twice`)
  }

  function plain(node: unknown): unknown {
    if (isSeq(node)) return node.items.map(plain)
    if (!isScalar(node)) return isMap(node) ? node.toJS(document) : null
    return typeof node.value === 'string' ? substitute(node.value, lineAt(node)) : node.value
  }

  function substitute(text: string, line: number): string {
    return text.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
      const found = name.startsWith('file:')
        ? contentOf(resolve(folder, name.slice('file:'.length)))
        : environment[name]
      if (found === undefined) problems.push(`${line}: \${${name}} is not there`)
      return found ?? ''
    })
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch {
    return undefined
  }
}
