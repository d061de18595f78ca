import { stringify } from 'yaml'
import type { DoorRequest, DoorResponse } from '../http/door.ts'
import { singleHeader } from '../http/repeatedHeader.ts'
import { isObject, type JsonValue } from '../json.ts'
import { simpleError, type Answer } from './answer.ts'
import { filterPath } from './filterPath.ts'
import { indented } from './indented.ts'
import { answerTypeFor } from './mediaType.ts'
import { isOn, parametersOf } from './parameters.ts'

/** Makes the response of an answer, in the form that the request asks for. Source: spec 1.4, 1.5. */
export function render(answer: Answer, request: DoorRequest): DoorResponse {
  const { query, headers } = request
  const parameters = parametersOf(query)
  const yaml = (formatAsked(parameters) || formatOf(headers.accept ?? '')) === 'yaml'
  const opaqueId = singleHeader(request, 'x-opaque-id')
  const body = typeof answer.body === 'string' ? answer.body : text(answer, parameters, yaml)
  if (body === null) return render(tooLargeForYaml, request)
  return {
    status: answer.status,
    headers: {
      'content-type': answerTypeFor(headers.accept, yaml ? 'yaml' : 'json'),
      'x-elastic-product': 'Elasticsearch',
      ...(opaqueId !== undefined && { 'x-opaque-id': opaqueId }),
      ...answer.headers,
    },
    body,
  }
}

/** The format that a parameter asks for, in whatever case; empty if none does. */
export function formatAsked(parameters: URLSearchParams): string {
  return (parameters.get('format') ?? '').trim().toLowerCase()
}

/** The first of the formats that are accepted. */
function formatOf(accept: string): string {
  return (
    /^application\/(?:vnd\.elasticsearch\+)?(json|yaml)\b/i.exec(accept.trim())?.[1]?.toLowerCase() ?? 'json'
  )
}

/** Writing YAML takes hundreds of times as long as JSON, in which nothing else is answered. In characters of JSON. */
const mostForYaml = 262_144
const tooLargeForYaml = simpleError(
  406,
  `format [yaml] is for answers of at most ${mostForYaml} characters as JSON`,
)

/** Null where it would be too large. */
function text({ status, body }: Answer, parameters: URLSearchParams, yaml: boolean): string | null {
  // Whoever is not known is told nothing more.
  const isTraced = status !== 401 && isOn(parameters.get('error_trace'))
  const traced = isTraced ? withTraces(body as JsonValue) : (body as JsonValue)
  const filtered = filterPath(traced, parameters.get('filter_path') ?? '')
  if (!yaml && isOn(parameters.get('pretty'))) return indented(filtered)
  const json = JSON.stringify(filtered)
  if (!yaml) return json
  return json.length > mostForYaml ? null : `---\n${stringify(filtered, { aliasDuplicateObjects: false })}`
}

/** Where Elasticsearch prints the stack of an error we print its name: how we are built is nobody's business. */
function withTraces(body: JsonValue): JsonValue {
  if (!isObject(body) || !isObject(body.error)) return body
  const { root_cause: causes, ...error } = body.error
  return {
    ...body,
    error: { ...(Array.isArray(causes) && { root_cause: causes.map(traced) }), ...(traced(error) as object) },
  }
}

function traced(error: JsonValue): JsonValue {
  if (!isObject(error) || typeof error.type !== 'string' || typeof error.reason !== 'string') return error
  const { caused_by: cause } = error
  const causedBy = cause === undefined ? {} : { caused_by: traced(cause) }
  return { ...error, ...causedBy, stack_trace: `${error.type}: ${error.reason}` }
}
