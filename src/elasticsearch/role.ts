import { isObject, tokenOf, type JsonObject, type JsonValue } from '../json.ts'
import type { Body } from './body.ts'
import { ok } from './answer.ts'
import { found, given, listed, namesOf } from './names.ts'
import type { Row } from './row.ts'
import { WireError } from './wireError.ts'

interface RoleData {
  name: string
  cluster: string[]
  indices: JsonObject[]
  applications: JsonObject[]
  runAs: string[]
  global: JsonObject | null
  metadata: JsonObject
  description: string | null
}

/** Creates or replaces a role. Source: spec 4.5. */
export const putRole: Row<JsonObject, { putRole: { created: boolean } }> = {
  methods: ['PUT', 'POST'],
  paths: ['/_security/role/{name}'],
  parameters: ['refresh'],
  parse: (read, path) => parseRole(read(), path('name')),
  operation: /* GraphQL */ `
    mutation PutRole($name: String!, $role: RoleInput!) {
      putRole(name: $name, role: $role) {
        ... on RolePut {
          created
        }
      }
    }
  `,
  variables({ path, body }) {
    const { cluster, indices, applications, run_as: runAs, global, metadata, description } = body
    const role = { cluster, indices, applications, runAs, global, metadata, description }
    return { name: path('name'), role: given(role) }
  },
  answer: ({ putRole: { created } }) => ok({ role: { created } }),
}

/** Roles by name, or all of them. Source: spec 4.5. */
export const getRoles: Row<undefined, { roles: RoleData[] }> = {
  methods: ['GET'],
  paths: ['/_security/role', '/_security/role/{name}'],
  operation: /* GraphQL */ `
    query GetRoles($names: [String!]) {
      roles(names: $names) {
        name
        cluster
        indices
        applications
        runAs
        global
        metadata
        description
      }
    }
  `,
  variables: ({ path }) => ({ names: namesOf(path('name')) }),
  answer: ({ roles }, { path }) =>
    listed(
      roles.map((role) => [role.name, roleBody(role)]),
      path('name'),
    ),
}

/** Source: spec 4.5. */
export const deleteRole: Row<undefined, { deleteRole: { __typename: string } }> = {
  methods: ['DELETE'],
  paths: ['/_security/role/{name}'],
  parameters: ['refresh'],
  operation: /* GraphQL */ `
    mutation DeleteRole($name: String!) {
      deleteRole(name: $name) {
        __typename
      }
    }
  `,
  variables: ({ path }) => ({ name: path('name') }),
  answer: ({ deleteRole: { __typename } }) => found(__typename === 'RoleDeleted'),
}

const lists = { cluster: 'string', run_as: 'string', indices: 'object', applications: 'object' } as const
const objects = ['global', 'metadata']
/** Names that Elasticsearch takes for others, and what its own answers carry beside a role. */
const aliases: Readonly<Record<string, string>> = { index: 'indices', application: 'applications' }
const ignored = ['transient_metadata', 'metadata_flattened', 'type']

/** Checks a role's fields, in the order of the body. */
function parseRole({ value }: Body, role: string): JsonObject {
  const refuse = (reason: string) =>
    new WireError('parse_exception', `failed to parse role [${role}]. ${reason}`)
  if (!isObject(value)) throw refuse(`expected an object but found [${tokenOf(value)}] instead`)
  const fields: [string, JsonValue][] = []
  for (const [key, field] of Object.entries(value)) {
    const name = (Object.hasOwn(aliases, key) ? aliases[key] : undefined) ?? key
    if (ignored.includes(name)) continue
    const problem = problemOf(name, field)
    if (problem === null) throw refuse(`unexpected field [${key}]`)
    if (problem) throw refuse(`expected field [${key}] ${problem}, but found [${tokenOf(field)}] instead`)
    if (field !== null) fields.push([name, field])
  }
  return Object.fromEntries(fields)
}

/** What a field should have been; nothing if it is that, null if there is no such field. */
function problemOf(name: string, field: JsonValue): string | undefined | null {
  if (Object.hasOwn(lists, name)) {
    const item = lists[name as keyof typeof lists]
    const fits =
      Array.isArray(field) &&
      field.every((entry) => (item === 'string' ? typeof entry === item : isObject(entry)))
    return field === null || fits ? undefined : `value to be an array of ${item}s`
  }
  if (objects.includes(name)) return isObject(field) ? undefined : 'to be of type object'
  if (name === 'description') return typeof field === 'string' ? undefined : 'to be of type string'
  return null
}

/** Source: spec 4.5. */
function roleBody({
  cluster,
  indices,
  applications,
  runAs,
  global,
  metadata,
  description,
}: RoleData): JsonObject {
  return {
    cluster,
    ...(global && { global }),
    indices,
    applications,
    run_as: runAs,
    metadata,
    transient_metadata: { enabled: true },
    ...(description !== null && { description }),
  }
}
