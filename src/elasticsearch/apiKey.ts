import { isObject, type JsonObject, type JsonValue } from '../json.ts'
import { errorAnswer, ok } from './answer.ts'
import { apiKeyBody, apiKeyFields, type ApiKeyData } from './apiKeyBody.ts'
import type { Body } from './body.ts'
import { given } from './names.ts'
import { parseObject } from './objectParser.ts'
import { isOn } from './parameters.ts'
import { parseRole, roleVariable } from './role.ts'
import type { Row } from './row.ts'
import { WireError } from './wireError.ts'

interface CreatedData {
  createApiKey: { id: string; name: string; expiration: Date | null; apiKey: string; encoded: string }
}

/** Makes a key of the caller. Source: spec 4.6. */
export const createApiKey: Row<JsonObject, CreatedData> = {
  methods: ['POST', 'PUT'],
  paths: ['/_security/api_key'],
  parameters: ['refresh'],
  parse(read) {
    const body = read()
    const fields = {
      name: 'string',
      expiration: 'string',
      role_descriptors: 'object',
      metadata: 'object',
    } as const
    const { role_descriptors: roles = {}, ...request } = parseObject(body, 'api_key_request', fields)
    if (request.name === undefined) throw new WireError('illegal_argument_exception', 'Required [name]')
    return { ...request, role_descriptors: parseDescriptors(roles, body) }
  },
  operation: /* GraphQL */ `
    mutation CreateApiKey(
      $name: String!
      $expiration: String
      $roleDescriptors: [RoleDescriptorInput!]!
      $metadata: JSONObject
    ) {
      createApiKey(
        name: $name
        expiration: $expiration
        roleDescriptors: $roleDescriptors
        metadata: $metadata
      ) {
        ... on ApiKeyCreated {
          id
          name
          expiration
          apiKey
          encoded
        }
      }
    }
  `,
  variables: ({ body: { name, expiration, role_descriptors: roleDescriptors, metadata } }) =>
    given({ name, expiration, roleDescriptors, metadata }),
  answer({ createApiKey: { id, name, expiration, apiKey, encoded } }) {
    const until = expiration && { expiration: expiration.getTime() }
    return {
      ...ok({ id, name, ...until, api_key: apiKey, encoded }),
      headers: { 'cache-control': 'no-store' },
    }
  },
}

/** Keys by id, by name or by their owner, or all of them. Source: spec 4.6. */
export const getApiKeys: Row<undefined, { apiKeys: ApiKeyData[] }> = {
  methods: ['GET'],
  paths: ['/_security/api_key'],
  parameters: ['active_only', 'id', 'name', 'owner', 'realm_name', 'username', 'with_limited_by'],
  operation: /* GraphQL */ `
    query GetApiKeys($which: ApiKeySelectionInput!, $activeOnly: Boolean!, $withLimitedBy: Boolean!) {
      apiKeys(which: $which, activeOnly: $activeOnly, withLimitedBy: $withLimitedBy) {
        ${apiKeyFields}
      }
    }
  `,
  variables({ parameter }) {
    const id = parameter('id')?.trim()
    const [name, username, realmName] = [parameter('name'), parameter('username'), parameter('realm_name')]
    const owner = isOn(parameter('owner'))
    return {
      which: given({ ids: id ? [id] : undefined, name, username, realmName, owner }),
      activeOnly: isOn(parameter('active_only')),
      withLimitedBy: isOn(parameter('with_limited_by')),
    }
  },
  answer({ apiKeys }, { parameter }) {
    const id = parameter('id')?.trim()
    if (id && apiKeys.length === 0) return errorAnswer(notFound(id))
    return ok({ api_keys: apiKeys.map(apiKeyBody) })
  },
}

interface InvalidatedData {
  invalidateApiKeys: { invalidated: string[]; previouslyInvalidated: string[] }
}

/** Ends keys. Source: spec 4.6. */
export const invalidateApiKeys: Row<JsonObject, InvalidatedData> = {
  methods: ['DELETE'],
  paths: ['/_security/api_key'],
  parse: (read) =>
    parseObject(read(), 'invalidate_api_key', {
      realm_name: 'string',
      username: 'string',
      name: 'string',
      owner: 'boolean',
      ids: 'strings',
    }),
  operation: /* GraphQL */ `
    mutation InvalidateApiKeys($which: ApiKeySelectionInput!) {
      invalidateApiKeys(which: $which) {
        ... on ApiKeysInvalidated {
          invalidated
          previouslyInvalidated
        }
      }
    }
  `,
  variables: ({ body: { ids, name, username, realm_name: realmName, owner } }) => ({
    which: given({ ids, name, username, realmName, owner }),
  }),
  answer({ invalidateApiKeys: { invalidated, previouslyInvalidated } }, { body }) {
    const isUnknown = body.ids !== undefined && invalidated.length + previouslyInvalidated.length === 0
    return {
      status: isUnknown ? 404 : 200,
      body: {
        invalidated_api_keys: invalidated,
        previously_invalidated_api_keys: previouslyInvalidated,
        error_count: 0,
      },
    }
  },
}

/** In the order of the body. */
function parseDescriptors(roles: JsonValue, { at }: Body): JsonValue[] {
  return Object.entries(isObject(roles) ? roles : {}).map(([name, role]) => {
    try {
      return { name, role: roleVariable(parseRole(role, name)) }
    } catch (problem) {
      if (!(problem instanceof WireError)) throw problem
      const reason = `${at(['role_descriptors', name])} [api_key_request] failed to parse field [role_descriptors]`
      const { type, message, causedBy: cause } = problem
      const causedBy = { type, reason: message, ...(cause && { caused_by: cause }) }
      throw new WireError('x_content_parse_exception', reason, { causedBy })
    }
  })
}

function notFound(id: string): WireError {
  return new WireError('resource_not_found_exception', `no API key found for ID [${id}]`, { status: 404 })
}
