// The REST edge: Elasticsearch's endpoints as a table of rows, each one GraphQL operation. It knows Elasticsearch's
// wire and its texts; it knows neither the use cases nor the schema, only how to have an operation run.

import type { Door, DoorRequest, DoorResponse } from '../http/door.ts'
import { errorAnswer, simpleError, type Answer } from './answer.ts'
import { readBody } from './body.ts'
import { answerTypeFor, isJson } from './mediaType.ts'
import { parametersOf } from './parameters.ts'
import { createRouter } from './router.ts'
import type { AnyRow, Method } from './row.ts'
import { WireError, wireErrorOf } from './wireError.ts'

type Data = Readonly<Record<string, unknown>>

interface ShimParts<Caller> {
  rows: readonly AnyRow[]
  /** Runs one of the rows' operations and returns its data. */
  run: (operation: string, variables: Data, caller: Caller) => Promise<Data>
  /** The largest body, in bytes. */
  bodyLimit: number
}

/** Elasticsearch's address. What is checked first decides which error wins. Source: spec 1.1. */
export function createShim<Caller>({ rows, run, bodyLimit }: ShimParts<Caller>): Door<Caller> {
  const route = createRouter(rows)

  return {
    bodyLimit,
    open: () => Promise.resolve(null),
    nameOf: ({ uri }) => uri,

    async enter(request, body, caller) {
      try {
        return render(await answer(request, body, caller), request)
      } catch (error) {
        if (error instanceof WireError) return render(errorAnswer(error), request)
        throw error
      }
    },

    refuse: (failure, request) => render(errorAnswer(wireErrorOf(failure)), request),
  }

  async function answer(
    { method, uri, path, query, headers }: DoorRequest,
    bytes: Uint8Array,
    caller: Caller,
  ): Promise<Answer> {
    const match = route(method, path)
    if (match.kind === 'unknown') return noHandler(method, uri)
    if (match.kind === 'wrongMethod') return wrongMethod(method, uri, match.allowed)
    const { row } = match

    const contentType = headers['content-type']
    if (bytes.length > 0 && !isJson(contentType ?? '')) return unsupportedMediaType(contentType)

    const body = row.parse?.(readBody(bytes), match.path)
    const parameters = parametersOf(path, query, row.parameters)
    const request = {
      method: method as Method,
      path: match.path,
      parameter: (name: string) => parameters.get(name) ?? undefined,
      body: body as never,
    }
    const data = await run(row.operation, row.variables(request), caller)
    return row.answer(data as never, request)
  }
}

function render(
  { status, body, headers }: Answer,
  { method, query, headers: { accept } }: DoorRequest,
): DoorResponse {
  const pretty = new URLSearchParams(query).get('pretty')
  const indent = pretty === '' || pretty === 'true' ? 2 : 0
  return {
    status,
    headers: { 'content-type': answerTypeFor(accept), 'x-elastic-product': 'Elasticsearch', ...headers },
    body: method === 'HEAD' ? '' : typeof body === 'string' ? body : JSON.stringify(body, null, indent),
  }
}

/** Without a status, unlike every other error. Source: spec 1.6. */
function noHandler(method: string, uri: string): Answer {
  return { status: 400, body: { error: `no handler found for uri [${uri}] and method [${method}]` } }
}

/** Source: spec 1.6. */
function wrongMethod(method: string, uri: string, allowed: readonly Method[]): Answer {
  const allow = allowed.join(',')
  if (method === 'OPTIONS')
    return { status: 200, body: '', headers: { allow, 'content-type': 'text/plain; charset=UTF-8' } }
  const error = `Incorrect HTTP method for uri [${uri}] and method [${method}], allowed: [${allowed.join(', ')}]`
  return simpleError(405, error, { allow })
}

/** Source: spec 1.5. */
function unsupportedMediaType(contentType: string | undefined): Answer {
  if (contentType === undefined) return simpleError(406, 'Content-Type header is missing')
  return simpleError(406, `Content-Type header [${contentType}] is not supported`)
}
