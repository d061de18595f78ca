import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { Failure, failureOf } from '../errors.ts'
import { isObject, JsonProblem, parseJson, type JsonObject } from '../json.ts'
import { similarNames } from '../similarNames.ts'
import { reasonUnread } from '../systemReason.ts'
import { asking, inWords, listOf, namedAt, requireAll, say, thereIsNo, type AskingOptions } from './asking.ts'
import type { Streams } from './streams.ts'
import { tableOf } from './table.ts'

const path = '/_security/role'
const pathOf = (name: string) => `${path}/${encodeURIComponent(name)}`

export async function listRoles(options: AskingOptions, streams: Streams): Promise<void> {
  const body = await asking(options, streams, (access) => namedAt(access, path, []))
  const rows = Object.entries(body).flatMap(([name, role]) =>
    isObject(role) ? [[name, isBuiltIn(role) ? 'yes' : 'no', inWords(role.cluster)]] : [],
  )
  say(streams, options, body, tableOf(['NAME', 'BUILT IN', 'CLUSTER'], rows, streams.output))
}

/** Shows a role as `putRole` takes it. */
export async function showRole(name: string, options: AskingOptions, streams: Streams): Promise<void> {
  const body = await asking(options, streams, (access) => namedAt(access, path, [name]))
  requireAll('role', [name], body)
  say(streams, options, body, `${JSON.stringify(body[name], null, 2)}\n`)
}

interface PutOptions extends AskingOptions {
  /** Cluster privileges, with commas, in place of a file. */
  readonly cluster?: string
}

/** Makes a role or replaces it whole, by JSON in a file or on standard input. */
export async function putRole(
  name: string,
  file: string | undefined,
  { cluster, ...options }: PutOptions,
  streams: Streams,
): Promise<void> {
  const role = cluster === undefined ? await readRole(file, streams) : { cluster: listOf(cluster) }
  await asking(options, streams, async (access) => {
    const { body } = await access
      .ask({ method: 'PUT', path: pathOf(name), body: role })
      .catch((thrown: unknown) => {
        throw withSuggestion(failureOf(thrown))
      })
    const created = isObject(body.role) && body.role.created === true
    say(streams, options, body, `role [${name}] is ${created ? 'created' : 'replaced'}\n`)
  })
}

export async function deleteRole(name: string, options: AskingOptions, streams: Streams): Promise<void> {
  await asking(options, streams, async (access) => {
    const { status, body } = await access.ask({ method: 'DELETE', path: pathOf(name) })
    if (status === 404) throw new Failure('INVALID_INPUT', thereIsNo('role', [name]))
    say(streams, options, body, `role [${name}] is deleted\n`)
  })
}

/** Reads a role as JSON: from a file, or from standard input. */
export async function readRole(
  file: string | undefined,
  { input }: Pick<Streams, 'input'>,
): Promise<JsonObject> {
  const what = file ?? 'standard input'
  const refuse = (reason: string) => new Failure('INVALID_INPUT', `${what} is no role: ${reason}`)
  const text = await (file === undefined ? buffer(input) : readFile(file)).catch((error: unknown) => {
    throw new Failure('INVALID_INPUT', `${what} cannot be read: ${reasonUnread(error)}`, { cause: error })
  })
  try {
    const role = parseJson(text)
    if (isObject(role)) return role
  } catch (problem) {
    if (!(problem instanceof JsonProblem)) throw problem
    throw refuse(`${problem.message} at ${problem.line}:${problem.column}`)
  }
  throw refuse('expected a JSON object')
}

/** Says also which privilege a name that is none may have meant, of those that the answer names. */
function withSuggestion({ code, message, cause }: Failure): Failure {
  const [unknown, name = '', known = ''] =
    /unknown cluster privilege \[([^\]]*)\](?=.*? names \[([^\]]*)\])/.exec(message) ?? []
  const [meant] = similarNames(name, known.split(','), 0.6)
  const said = unknown && meant ? message.replace(unknown, `${unknown} (did you mean ${meant}?)`) : message
  return new Failure(code, said, { cause })
}

function isBuiltIn({ metadata }: JsonObject): boolean {
  return isObject(metadata) && metadata._reserved === true
}
