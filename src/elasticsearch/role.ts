import { isObject, tokenOf, type JsonObject, type JsonValue } from '../json.ts'
import { ok } from './answer.ts'
import { found, given, listed, namesOf } from './names.ts'
import type { Row } from './row.ts'
import { stringsProblem } from './userBody.ts'
import { WireError } from './wireError.ts'

/** A role, as a row asks for it. */
export interface RoleData {
  name: string
  cluster: string[]
  indices: JsonObject[]
  applications: JsonObject[]
  runAs: string[]
  global: JsonObject | null
  metadata: JsonObject
  description: string | null
}

export const roleFields = /* GraphQL */ `
  name
  cluster
  indices
  applications
  runAs
  global
  metadata
  description
`

/** Creates or replaces a role. Source: spec 4.5. */
export const putRole: Row<JsonObject, { putRole: { created: boolean } }> = {
  methods: ['PUT', 'POST'],
  paths: ['/_security/role/{name}'],
  parameters: ['refresh'],
  parse: (read, path) => parseRole(read().value, path('name')),
  operation: /* GraphQL */ `
    mutation PutRole($name: String!, $role: RoleInput!) {
      putRole(name: $name, role: $role) {
        ... on RolePut {
          created
        }
      }
    }
  `,
  variables: ({ path, body }) => ({ name: path('name'), role: roleVariable(body) }),
  answer: ({ putRole: { created } }) => ok({ role: { created } }),
}

/** Roles by name, or all of them. Source: spec 4.5. */
export const getRoles: Row<undefined, { roles: RoleData[] }> = {
  methods: ['GET'],
  paths: ['/_security/role', '/_security/role/{name}'],
  operation: /* GraphQL */ `
    query GetRoles($names: [String!]) {
      roles(names: $names) {
        ${roleFields}
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

const lists = ['cluster', 'run_as']
const privileges = ['indices', 'applications']
const objects = ['global', 'metadata']
/** Names that Elasticsearch takes for others, and what its own answers carry beside a role. */
const aliases: Readonly<Record<string, string>> = { index: 'indices', application: 'applications' }
const ignored = ['transient_metadata', 'metadata_flattened', 'type']

/** Checks a role's fields, in the order of the body. */
export function parseRole(value: JsonValue, role: string): JsonObject {
  if (!isObject(value))
    throw refused(`failed to parse role [${role}]. expected an object but found [${tokenOf(value)}] instead`)
  const fields: [string, JsonValue][] = []
  for (const [key, field] of Object.entries(value)) {
    const name = (Object.hasOwn(aliases, key) ? aliases[key] : undefined) ?? key
    if (ignored.includes(name)) continue
    requireField(name, key, field, role)
    if (field !== null) fields.push([name, field])
  }
  return Object.fromEntries(fields)
}

/** The role of a body, as an operation takes it. */
export function roleVariable(body: JsonObject): JsonObject {
  const { cluster, indices, applications, run_as: runAs, global, metadata, description } = body
  return given({ cluster, indices, applications, runAs, global, metadata, description })
}

/** Source: RoleDescriptor. */
function requireField(name: string, key: string, field: JsonValue, role: string): void {
  const found = `but found [${tokenOf(field)}] instead`
  if (lists.includes(name)) {
    const problem = field === null ? null : stringsProblem(key, field)
    if (problem === null) return
    const causedBy = { type: 'parse_exception', reason: problem }
    throw new WireError('parse_exception', `failed to parse role [${role}]`, { causedBy })
  }
  if (privileges.includes(name)) {
    const problem = field === null ? null : objectsProblem(key, field)
    if (problem !== null)
      throw refused(`failed to parse ${nounOf(name)} privileges for role [${role}]. ${problem}`)
  } else if (objects.includes(name)) {
    if (!isObject(field)) throw refused(`expected field [${key}] to be of type object, ${found}`)
  } else if (name !== 'description') {
    throw refused(`failed to parse role [${role}]. unexpected field [${key}]`)
  } else if (typeof field !== 'string') {
    throw refused(`failed to parse role [${role}]. expected field [${key}] to be of type string, ${found}`)
  }
}

function objectsProblem(key: string, field: JsonValue): string | null {
  const expected = `expected field [${key}] value to be an array`
  if (!Array.isArray(field)) return `${expected}, but found [${tokenOf(field)}] instead`
  const other = field.find((entry) => !isObject(entry))
  return other === undefined
    ? null
    : `${expected} of objects, but found an array element of type [${tokenOf(other)}]`
}

function nounOf(name: string): string {
  return name === 'applications' ? 'application' : name
}

function refused(reason: string): WireError {
  return new WireError('parse_exception', reason)
}

/** Source: spec 4.5. */
export function roleBody({
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
