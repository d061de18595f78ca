import { isDeepStrictEqual } from 'node:util'
import type { Answered } from '../support/testApp.ts'

/** Whether an answer says that the gateway cannot answer now, as its door has to say it. Source: spec 1.3, 2.8. */
export function isUnavailable({ status, body }: Answered): boolean {
  const said = body as ElasticsearchError & GraphqlError
  return status === 503 && (isOfElasticsearch(said) || isOfGraphql(said))
}

interface ElasticsearchError {
  error?: { reason?: unknown }
}

interface GraphqlError {
  errors?: { extensions?: { code?: unknown } }[]
  data?: unknown
}

function isOfElasticsearch(body: ElasticsearchError): boolean {
  const reason = body.error?.reason
  const cause = { type: 'unavailable_shards_exception', reason }
  const error = { root_cause: [cause], ...cause }
  return typeof reason === 'string' && isDeepStrictEqual(body, { error, status: 503 })
}

function isOfGraphql({ errors, data = null }: GraphqlError): boolean {
  return data === null && errors?.[0]?.extensions?.code === 'UNAVAILABLE'
}
