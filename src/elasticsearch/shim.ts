// The REST edge: Elasticsearch's endpoints as a table of rows, each a GraphQL operation. It knows Elasticsearch's
// wire and its texts; it knows neither the use cases nor the schema, only how to have an operation run.

import { Failure } from '../errors.ts'
import type { Door, DoorRequest } from '../http/door.ts'
import { repeatedHeader } from '../http/repeatedHeader.ts'
import { errorAnswer, simpleError, type Answer } from './answer.ts'
import { readBody } from './body.ts'
import { isJson, requireVersions } from './mediaType.ts'
import {
  booleanProblem,
  parametersOf,
  requireBoolean,
  requireParameters,
  requireReadable,
} from './parameters.ts'
import { formatAsked, render } from './render.ts'
import { createRouter } from './router.ts'
import type { AnyRow, Method } from './row.ts'
import { WireError, wireErrorOf } from './wireError.ts'

type Data = Readonly<Record<string, unknown>>

interface ShimParts<Caller> {
  rows: readonly AnyRow[]
  /** Runs an operation of one of the rows and returns its data. */
  run: (operation: string, variables: Data, caller: Caller, operationName?: string) => Promise<Data>
  /** The largest body, in bytes. */
  bodyLimit: number
}

const maxLine = 4096

/** What the route of a request is called that leads nowhere. */
const unknownRoute = 'unknown'

/** Elasticsearch's address. What is checked first decides which error wins. Source: spec 1.1. */
export function createShim<Caller>({ rows, run, bodyLimit }: ShimParts<Caller>): Door<Caller> {
  const route = createRouter(rows)

  return {
    bodyLimit,
    nameOf: ({ uri }) => uri,

    routeOf({ method, path }) {
      try {
        const match = route(method, path)
        return match.kind === 'row' ? match.pattern : unknownRoute
      } catch {
        return unknownRoute
      }
    },

    open(request) {
      const { method, uri, rawHeaders } = request
      const tooLong = method.length + uri.length + ' '.length + ' HTTP/1.1'.length > maxLine
      const repeated = repeatedHeader(rawHeaders)
      const refused = tooLong
        ? errorAnswer(lineTooLong)
        : repeated === null
          ? null
          : simpleError(400, repeated)
      return refused && render(refused, request)
    },

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
    const hasBody = bytes.length > 0
    const contentType = headers['content-type']
    requireReadable(query)
    requireVersions(headers.accept, contentType, hasBody)

    const parameters = parametersOf(query)
    for (const name of ['pretty', 'human']) requireBoolean(parameters, name)
    const problem = booleanProblem(parameters, 'error_trace')
    if (problem !== null) return simpleError(400, problem)

    const match = route(method, path)
    if (match.kind === 'unknown') return noHandler(method, uri)
    if (match.kind === 'wrongMethod') return wrongMethod(method, uri, match.allowed)
    const { row } = match
    if (hasBody && !isJson(contentType ?? '')) return unsupportedMediaType(contentType)

    const isParsed = hasBody || !row.bodyIsOptional
    const parsed = isParsed ? row.parse?.(() => readBody(bytes), match.path) : undefined
    // Decoded, unlike the URI that other errors name.
    const named = decodeURIComponent(path)
    requireParameters(named, parameters, row.parameters)
    const format = formatAsked(parameters)
    if (!['', 'json', 'yaml'].includes(format)) return simpleError(406, `format [${format}] is not supported`)
    if (hasBody && !row.parse)
      throw new WireError('illegal_argument_exception', bodyNotSupported(method, named))
    const request = {
      method: method as Method,
      path: match.path,
      parameter: (name: string) => parameters.get(name) ?? undefined,
      body: parsed as never,
    }
    try {
      const data = await run(row.operation, row.variables(request), caller, row.operationName?.(request))
      return row.answer(data as never, request)
    } catch (thrown) {
      if (row.refuse && thrown instanceof Failure && thrown.problems.length > 0)
        return row.refuse(thrown.message, thrown.problems, request)
      throw thrown
    }
  }
}

/** Source: spec 1.5. */
const lineTooLong = new WireError(
  'too_long_http_line_exception',
  `An HTTP line is larger than ${maxLine} bytes.`,
)

/** Without a status, unlike every other error. Source: spec 1.6. */
function noHandler(method: string, uri: string): Answer {
  if (method === 'OPTIONS') return options({})
  return { status: 400, body: { error: `no handler found for uri [${uri}] and method [${method}]` } }
}

/** Source: spec 1.6. */
function wrongMethod(method: string, uri: string, allowed: readonly Method[]): Answer {
  const allow = allowed.join(',')
  if (method === 'OPTIONS') {
    return options({ allow })
  }
  const error = `Incorrect HTTP method for uri [${uri}] and method [${method}], allowed: [${allowed.join(', ')}]`
  return simpleError(405, error, { allow })
}

function options(headers: Readonly<Record<string, string>>): Answer {
  return { status: 200, body: '', headers: { 'content-type': 'text/plain; charset=UTF-8', ...headers } }
}

/** Source: spec 1.5. */
function unsupportedMediaType(contentType: string | undefined): Answer {
  if (contentType === undefined) return simpleError(406, 'Content-Type header is missing')
  return simpleError(406, `Content-Type header [${contentType}] is not supported`)
}

/** Source: spec 3.1. */
function bodyNotSupported(method: string, path: string): string {
  return `request [${method} ${path}] does not support having a body`
}
