import type { Door, DoorRequest, DoorResponse } from './door.ts'

/** For how long a browser may remember what it may send, in seconds: no browser does so for longer than a day. */
const maxAge = 7_200

/**
 * The same door, open to pages of the allowed origins too, each as browsers write it. A page has to send its credentials
 * itself: those that a browser would add of its own are never allowed. Source: the CORS protocol of the Fetch standard.
 */
export function allowOrigins<Caller>(door: Door<Caller>, allowed: readonly string[]): Door<Caller> {
  if (allowed.length === 0) return door
  return {
    ...door,
    async open(request) {
      if (isPreflight(request)) {
        const origin = originOf(request)
        if (origin !== undefined) return withHeaders(preflight, origin)
      }
      const response = await door.open(request)
      return response && answered(response, request)
    },
    enter: async (request, body, caller) => answered(await door.enter(request, body, caller), request),
    refuse: (failure, request) => answered(door.refuse(failure, request), request),
  }

  function answered(response: DoorResponse, request: DoorRequest): DoorResponse {
    return withHeaders(response, originOf(request))
  }

  /** To the letter. What was sent twice, Node has joined to what is no origin. */
  function originOf({ headers }: DoorRequest): string | undefined {
    return allowed.find((origin) => origin === headers.origin)
  }
}

const preflight: DoorResponse = {
  status: 204,
  headers: {
    'access-control-allow-methods': 'GET, POST',
    // No secret of a client: a page cannot keep one.
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': String(maxAge),
  },
  body: '',
}

function isPreflight({ method, headers }: DoorRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

/** Caches learn of every answer, allowed or not, that it is for one origin. */
function withHeaders(response: DoorResponse, origin: string | undefined): DoorResponse {
  const { vary = [] } = response.headers
  return {
    ...response,
    headers: {
      ...response.headers,
      vary: [vary, 'origin'].flat().join(', '),
      ...(origin !== undefined && {
        'access-control-allow-origin': origin,
        // It says whether a token has expired.
        'access-control-expose-headers': 'www-authenticate',
      }),
    },
  }
}
