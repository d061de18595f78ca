import { Failure } from '../errors.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { openAccess, type Access, type AccessOptions } from './access.ts'
import type { Streams } from './streams.ts'

/** The options of every command that asks for something and says what came of it. */
export interface AskingOptions extends AccessOptions {
  /** Whether what came of it is said as JSON: the answer as Elasticsearch gives it. */
  readonly json?: true
}

/** Opens the way that the options say for one command. */
export async function asking<T>(
  options: AccessOptions,
  streams: Streams,
  command: (access: Access) => Promise<T>,
): Promise<T> {
  const access = await openAccess(options, streams)
  try {
    return await command(access)
  } finally {
    await access.close()
  }
}

/** Says what came of a command: as JSON, or in words. */
export function say(
  { output }: Pick<Streams, 'output'>,
  { json }: AskingOptions,
  body: JsonObject,
  words: string,
): void {
  output.write(json ? `${JSON.stringify(body, null, 2)}\n` : words)
}

/**
 * Those of the named things that there are, by name, in that order; all, if none is named. A comma in a name would be one
 * between two names.
 */
export async function namedAt(access: Access, path: string, names: readonly string[]): Promise<JsonObject> {
  const isPlain = names.every((name) => !name.includes(','))
  const { body } = await access.ask({
    method: 'GET',
    path: isPlain && names.length > 0 ? `${path}/${names.map(encodeURIComponent).join(',')}` : path,
  })
  if (names.length === 0) return body
  return Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(body, name) ? [[name, body[name] ?? null]] : [])),
  )
}

/** @throws `INVALID_INPUT` naming those that are not there */
export function requireAll(kind: string, names: readonly string[], found: JsonObject): void {
  const missing = names.filter((name) => !Object.hasOwn(found, name))
  if (missing.length > 0) throw new Failure('INVALID_INPUT', thereIsNo(kind, missing))
}

export function thereIsNo(kind: string, names: readonly string[]): string {
  return `there is no ${kind} ${names.map((name) => `[${name}]`).join(', ')}`
}

/** A value in words: a list with commas, an object as JSON, nothing as nothing. */
export function inWords(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value))
    return value.every((one) => typeof one === 'string') ? value.join(',') : JSON.stringify(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A list that was given with commas. */
export function listOf(given: string): string[] {
  return given
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

/** When that is, of epoch milliseconds; nothing, if there is no such time. */
export function timeOf(value: JsonValue | undefined): string {
  return typeof value === 'number' ? new Date(value).toISOString().replace(/\.\d+Z$/, 'Z') : ''
}

/** What is given of what could be. */
export function given<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>
}
