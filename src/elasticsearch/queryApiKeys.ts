import { isObject, type JsonObject, type JsonValue } from '../json.ts'
import { ok } from './answer.ts'
import { apiKeyBody, apiKeyFields, type ApiKeyData } from './apiKeyBody.ts'
import { given } from './names.ts'
import { parseObject } from './objectParser.ts'
import { isOn } from './parameters.ts'
import type { Row } from './row.ts'
import { WireError } from './wireError.ts'

interface PageData {
  apiKeyPage: { total: number; apiKeys: ApiKeyData[] }
}

/** A part of the keys that the caller may see. Of Elasticsearch's queries it takes those by id. Source: spec 4.6. */
export const queryApiKeys: Row<JsonObject | undefined, PageData> = {
  methods: ['GET', 'POST'],
  paths: ['/_security/_query/api_key'],
  parameters: ['typed_keys', 'with_limited_by'],
  bodyIsOptional: true,
  parse(read) {
    const body = parseObject(read(), 'query_api_key_request_payload', {
      query: 'object',
      from: 'integer',
      size: 'integer',
      sort: 'anything',
      aggregations: 'object',
      aggs: 'object',
      search_after: 'anything',
    })
    const lacking = ['aggregations', 'aggs', 'search_after'].find((name) => body[name] !== undefined)
    if (lacking !== undefined) throw refused(`[${lacking}] is not available on this gateway`)
    return body
  },
  operation: /* GraphQL */ `
    query QueryApiKeys($ids: [ID!], $from: Int!, $size: Int!, $newestFirst: Boolean!, $withLimitedBy: Boolean!) {
      apiKeyPage(ids: $ids, from: $from, size: $size, newestFirst: $newestFirst, withLimitedBy: $withLimitedBy) {
        total
        apiKeys {
          ${apiKeyFields}
        }
      }
    }
  `,
  variables({ body = {}, parameter }) {
    const { query, from = 0, size = 10, sort } = body
    const newestFirst = sort !== undefined && orderOf(sort) === 'desc'
    const withLimitedBy = isOn(parameter('with_limited_by'))
    return given({ ids: idsOf(query), from, size, newestFirst, withLimitedBy })
  },
  answer({ apiKeyPage: { total, apiKeys } }, { body }) {
    const sorted = body?.sort !== undefined
    const shown = apiKeys.map((key) => ({
      ...apiKeyBody(key),
      ...(sorted && { _sort: [key.creation.getTime()] }),
    }))
    return ok({ total, count: apiKeys.length, api_keys: shown })
  },
}

/** The ids that a query asks for; nothing, if it asks for all. */
function idsOf(query: JsonValue | undefined): JsonValue | undefined {
  if (query === undefined) return undefined
  const [kind, criteria] = only(query)
  if (kind === 'match_all' && isObject(criteria)) return undefined
  if (kind === 'ids' && isObject(criteria)) return stringsOf(criteria.values)
  const [field, value = null] = only(criteria)
  if (field === '_id' && kind === 'terms') return stringsOf(value)
  if (field === '_id' && kind === 'term') return stringsOf(isObject(value) ? value.value : value)
  throw refused(otherQuery)
}

function stringsOf(value: JsonValue | undefined): JsonValue {
  const list = [value].flat()
  if (list.every((item) => typeof item === 'string')) return list
  throw refused(otherQuery)
}

/** In which order, by when keys were made. */
function orderOf(sort: JsonValue): JsonValue | undefined {
  const [by, ...others] = [sort].flat()
  const [field, how] = typeof by === 'string' ? [by, 'asc'] : only(by)
  const order = isObject(how) ? (how.order ?? 'asc') : how
  if (others.length === 0 && field === 'creation' && (order === 'asc' || order === 'desc')) return order
  throw refused('[sort] can be [creation] alone, asc or desc, on this gateway')
}

/** The one member of an object; nothing, if it is something else. */
function only(value: JsonValue | undefined): [name?: string, value?: JsonValue] {
  const members = isObject(value) ? Object.entries(value) : []
  return members.length === 1 ? (members[0] ?? []) : []
}

const otherQuery = '[query] can be match_all, ids, or term and terms of [_id], on this gateway'

function refused(reason: string): WireError {
  return new WireError('illegal_argument_exception', reason)
}
