import { allowInsecureRequests, customFetch, introspectionRequest, type ClientAuth } from 'oauth4webapi'
import { Failure } from '../../errors.ts'
import type { JsonObject } from '../../json.ts'
import type { Remote } from '../remote/remote.ts'
import type { Source } from '../source.ts'
import { answerProblem, isOfUnknownType, readAnswer, type ActiveToken } from './answer.ts'

interface IntrospectionParts {
  issuer: string
  /** `https:`, or `http:` where that has been found harmless. */
  endpoint: string
  clientId: string
  clientAuthentication: ClientAuth
  remote: Pick<Remote, 'ask' | 'problem'>
  /** Told why the server's answers cannot be used, each reason once, until they can be again: null. */
  report: (reason: string | null) => void
}

/** Asks an OAuth server whose tokens are. Source: RFC 7662. */
export function createIntrospection(parts: IntrospectionParts) {
  const { endpoint, clientAuthentication, remote, report } = parts
  const server = { issuer: parts.issuer, introspection_endpoint: endpoint }
  const client = { client_id: parts.clientId }
  let problem: string | null = null
  const reported = new Set<string>()

  return {
    /**
     * What the server says of a token; a text says why it is none of those that are active.
     * @throws `UNAVAILABLE` if the server does not say
     */
    ask: async (token: string, source: Source): Promise<ActiveToken | string> => {
      try {
        const answer = await readAnswer(server, client, await request(token, source))
        succeed()
        return answer ? { ...answer, claims: without(token, answer.claims) } : 'the token is not active'
      } catch (thrown) {
        if (thrown instanceof Failure) throw thrown
        if (isOfUnknownType(thrown)) return 'the server knows no tokens of this type'
        fail(answerProblem(thrown))
        throw new Failure('UNAVAILABLE', silent, { isReported: true })
      }
    },

    /** Why the server does not say whose tokens are, or null. */
    problem: () => problem ?? remote.problem(),
  }

  function request(token: string, source: Source): Promise<Response> {
    return introspectionRequest(server, client, clientAuthentication, token, {
      additionalParameters: { token_type_hint: 'access_token' },
      headers: { 'user-agent': 'profile-gateway' },
      // The settings allow it to this very machine alone.
      [allowInsecureRequests]: true,
      [customFetch]: async (url, { method, headers, body }) => {
        const answer = await remote.ask([url], { method, headers, body: body.toString() }, source)
        return new Response(answer.body === '' ? null : answer.body, answer)
      },
    })
  }

  function succeed(): void {
    if (problem !== null) report(null)
    problem = null
    reported.clear()
  }

  function fail(reason: string): void {
    problem = reason
    if (reported.has(reason)) return
    reported.add(reason)
    report(reason)
  }
}

export type Introspection = ReturnType<typeof createIntrospection>

/** Why is in the log, and readiness says it too. */
const silent = 'a realm cannot learn now whose its tokens are, try again later'

/** Some servers repeat a token as its `jti`, and it is nobody's to read. */
function without(token: string, claims: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== token))
}
