import type { JsonObject } from '../json.ts'
import { errorAnswer, ok } from './answer.ts'
import { found, listed, namesOf } from './names.ts'
import { failedField, parseRoleMappingBody, type RoleMappingBody } from './roleMappingBody.ts'
import type { Row } from './row.ts'
import { WireError } from './wireError.ts'

interface RoleMappingData {
  name: string
  enabled: boolean
  roles: string[]
  roleTemplates: { source: string; format: string }[]
  rules: JsonObject
  metadata: JsonObject
}

/** Creates or replaces a role mapping. Source: spec 4.7. */
export const putRoleMapping: Row<RoleMappingBody, { putRoleMapping: { created: boolean } }> = {
  methods: ['PUT', 'POST'],
  paths: ['/_security/role_mapping/{name}'],
  parameters: ['refresh'],
  parse: (read, path) => parseRoleMappingBody(read(), path('name')),
  operation: /* GraphQL */ `
    mutation PutRoleMapping($name: String!, $roleMapping: RoleMappingInput!) {
      putRoleMapping(name: $name, roleMapping: $roleMapping) {
        ... on RoleMappingPut {
          created
        }
      }
    }
  `,
  variables: ({ path, body: { roleMapping } }) => ({ name: path('name'), roleMapping }),
  refuse(message, problems, { body: { rulesAt } }) {
    const isUnread = problems[0] === message
    if (!isUnread) return errorAnswer(new WireError('action_request_validation_exception', message))
    const type = message.startsWith('failed to parse') ? 'parse_exception' : 'illegal_argument_exception'
    return errorAnswer(failedField(rulesAt, 'rules', new WireError(type, message)))
  },
  answer: ({ putRoleMapping: { created } }) => ok({ role_mapping: { created } }),
}

/** Role mappings by name, or all of them. Source: spec 4.7. */
export const getRoleMappings: Row<undefined, { roleMappings: RoleMappingData[] }> = {
  methods: ['GET'],
  paths: ['/_security/role_mapping', '/_security/role_mapping/{name}'],
  operation: /* GraphQL */ `
    query GetRoleMappings($names: [String!]) {
      roleMappings(names: $names) {
        name
        enabled
        roles
        roleTemplates {
          source
          format
        }
        rules
        metadata
      }
    }
  `,
  variables: ({ path }) => ({ names: namesOf(namesIn(path)) }),
  answer: ({ roleMappings }, { path }) =>
    listed(
      roleMappings.map((mapping) => [mapping.name, roleMappingBody(mapping)]),
      namesIn(path),
    ),
}

/** Source: spec 4.7. */
export const deleteRoleMapping: Row<undefined, { deleteRoleMapping: { __typename: string } }> = {
  methods: ['DELETE'],
  paths: ['/_security/role_mapping/{name}'],
  parameters: ['refresh'],
  operation: /* GraphQL */ `
    mutation DeleteRoleMapping($name: String!) {
      deleteRoleMapping(name: $name) {
        __typename
      }
    }
  `,
  variables: ({ path }) => ({ name: path('name') }),
  answer: ({ deleteRoleMapping: { __typename } }) => found(__typename === 'RoleMappingDeleted'),
}

/** Which are asked for: `*` and `_all` by themselves are all of them. */
function namesIn(path: (name: string) => string): string {
  return ['*', '_all'].includes(path('name')) ? '' : path('name')
}

/** Source: spec 4.7. */
function roleMappingBody({ enabled, roles, roleTemplates, rules, metadata }: RoleMappingData): JsonObject {
  return {
    enabled,
    ...(roles.length > 0 && { roles }),
    ...(roleTemplates.length > 0 && { role_templates: roleTemplates.map(templateBody) }),
    rules,
    metadata,
  }
}

/** A template comes as the text of the object that it was. */
function templateBody({ source, format }: RoleMappingData['roleTemplates'][number]): JsonObject {
  return { template: JSON.stringify({ source }), format: format.toLowerCase() }
}
