import type { ExecutionResult, GraphQLSchema } from 'graphql'
import { GraphQLError } from 'graphql'
import { Failure } from '../errors.ts'
import type { Door, DoorRequest, DoorResponse } from '../http/door.ts'
import { repeatedHeader } from '../http/repeatedHeader.ts'
import { JsonProblem, parseJson } from '../json.ts'
import { anyOperation, type AllowedOperations } from './allowedOperations.ts'
import type { AnswersMemory } from './answersMemory.ts'
import { createContext, type Sender } from './builder.ts'
import { graphiqlPage } from './graphiql.ts'
import { publicErrors, type Params } from './publicErrors.ts'

interface GraphqlDoorParts {
  schema: GraphQLSchema
  /** Takes what went wrong on our side. */
  report: (cause: unknown) => void
  /** The largest body, in bytes. */
  bodyLimit: number
  /** What all answers of this process that are being made hold. */
  answersMemory: AnswersMemory
  /** Which operations may be run; without it, all. */
  allowed?: AllowedOperations | undefined
}

type MediaType = 'application/json' | 'application/graphql-response+json'

/** GraphQL over HTTP: JSON by POST, queries by GET, and GraphiQL for a browser that opens the address. */
export function createGraphqlDoor({
  schema,
  report,
  bodyLimit,
  answersMemory,
  allowed = anyOperation,
}: GraphqlDoorParts): Door<Sender> {
  // Loading it takes as long as all the rest: whoever starts the gateway need not wait for it.
  const pipeline = once(async () => (await import('./yoga.ts')).createPipeline(schema))
  const page = once(async (): Promise<DoorResponse> => {
    const { html, headers } = await graphiqlPage()
    return { status: 200, headers, body: html }
  })

  return {
    bodyLimit,
    nameOf: ({ path }) => path,

    open(request) {
      const repeated = repeatedHeader(request.rawHeaders)
      if (repeated !== null) return protocolError(400, repeated)
      return wantsPage(request) ? page() : null
    },

    async enter(request, body, sender) {
      const mediaType = mediaTypeOf(request)
      if (!mediaType)
        return protocolError(406, 'The answer is application/json or application/graphql-response+json.')
      if (request.method !== 'GET' && request.method !== 'POST') {
        return protocolError(405, 'Send GET or POST.', { allow: 'GET, POST' })
      }
      if (request.method === 'POST' && !isJson(request))
        return protocolError(415, 'Send application/json in UTF-8.')
      const asked = request.method === 'GET' ? paramsOfQuery(request.query) : (json(body) as Params)
      const params = allowed(asked)
      if (params instanceof GraphQLError) return render({ errors: [params] }, {}, mediaType)
      return render(await resultOf(params, request.method, sender), params, mediaType)
    },

    refuse(failure, request) {
      const error = new GraphQLError(failure.message, { originalError: failure })
      const response = render({ errors: [error] }, {}, mediaTypeOf(request) ?? 'application/json')
      const challenge = failure.challenge ?? challenges
      // Never `Basic`: a browser would open a password box of its own.
      return response.status === 401
        ? { ...response, headers: { ...response.headers, 'www-authenticate': challenge } }
        : response
    },
  }

  async function resultOf(params: Params, method: string, sender: Sender): Promise<ExecutionResult> {
    const context = createContext(sender, answersMemory)
    try {
      // Yoga reads nothing of the request but its method.
      const request = { method } as Request
      const { getResultForParams } = await pipeline()
      return (await getResultForParams({ params, request } as never, context)) as ExecutionResult
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error] }
      throw error
    } finally {
      context.answerMemory.release()
    }
  }

  function render(
    { data, errors = [] }: ExecutionResult,
    params: Params,
    mediaType: MediaType,
  ): DoorResponse {
    const described = publicErrors(errors, schema, params)
    for (const { cause } of described) if (cause !== undefined) report(cause)
    const statuses = described.map(({ status, sound }) =>
      sound && mediaType === 'application/json' ? 200 : status,
    )
    const status = data ? 200 : Math.max(200, ...statuses)
    const waits = described.flatMap(({ formatted }) => Number(formatted.extensions?.retryAfterSeconds ?? 0))
    const retryAfter = status === 200 ? 0 : Math.max(0, ...waits)
    const body = {
      ...(described.length > 0 && { errors: described.map(({ formatted }) => formatted) }),
      ...(data !== undefined && { data }),
    }
    return {
      status,
      // An answer is for one caller, and may hold tokens.
      headers: {
        'content-type': `${mediaType}; charset=utf-8`,
        'cache-control': 'no-store',
        ...(retryAfter > 0 && { 'retry-after': `${retryAfter}` }),
        // A mutation by GET.
        ...(status === 405 && { allow: 'POST' }),
      },
      body: JSON.stringify(body),
    }
  }
}

const challenges = ['Bearer realm="security"', 'ApiKey']

function wantsPage({ method, headers }: DoorRequest): boolean {
  return method === 'GET' && (headers.accept ?? '').includes('text/html')
}

function mediaTypeOf({ headers: { accept = '*/*' } }: DoorRequest): MediaType | null {
  for (const range of accept.toLowerCase().split(',')) {
    const [type, ...parameters] = partsOf(range)
    if (parameters.some((parameter) => otherCharset.test(parameter) || /^q=0(\.0*)?$/.test(parameter)))
      continue
    if (type === 'application/graphql-response+json') return type
    if (type === 'application/json' || type === 'application/*' || type === '*/*') return 'application/json'
  }
  return null
}

/** JSON has no parameters: clients that send others than `charset` mean nothing by them. */
function isJson({ headers }: DoorRequest): boolean {
  const [type, ...parameters] = partsOf((headers['content-type'] ?? '').toLowerCase())
  return type === 'application/json' && !parameters.some((parameter) => otherCharset.test(parameter))
}

const otherCharset = /^charset\b(?!="?utf-?8"?$)/

function partsOf(mediaType: string): string[] {
  return mediaType.split(';').map((part) => part.trim())
}

function json(body: Uint8Array, what = 'The body'): unknown {
  try {
    return parseJson(body)
  } catch (problem) {
    if (!(problem instanceof JsonProblem)) throw problem
    const { message, line, column } = problem
    throw new Failure(
      'INVALID_INPUT',
      `${what} is not the JSON that we take: ${message} at ${line}:${column}`,
    )
  }
}

function paramsOfQuery(query: string): Params {
  const given = new URLSearchParams(query)
  const parsed = (name: string) => {
    const text = given.get(name)
    return text ? { [name]: json(Buffer.from(text), `[${name}]`) } : {}
  }
  const operationName = given.get('operationName')
  const documentId = given.get('documentId')
  return {
    query: given.get('query') ?? undefined,
    ...(operationName && { operationName }),
    ...(documentId && { documentId }),
    ...parsed('variables'),
    ...parsed('extensions'),
  }
}

function protocolError(status: number, message: string, headers: Record<string, string> = {}): DoorResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] }),
  }
}

/** Loads something when it is first wanted. What cannot be loaded now may be later. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined
  return () =>
    (loaded ??= load().catch((cause: unknown) => {
      loaded = undefined
      throw cause
    }))
}
