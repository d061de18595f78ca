import type { Role as RoleModel } from '../authorization/role.ts'
import type { RolePut as RolePutModel } from '../authorization/roles.ts'
import { builder } from './builder.ts'
import { defineError } from './error.ts'

const RoleNotFound = defineError('RoleNotFound', 'There is no role of that name.')
const notFound = { __typename: 'RoleNotFound', message: 'there is no role of that name' } as const

const about = {
  cluster:
    'Cluster privileges: names that Elasticsearch predefines, or patterns over action names (with a colon).',
  indices: 'Index privileges, kept for whoever reads them: each with `names` and `privileges`.',
  applications:
    'Application privileges, kept likewise: each with `application`, `privileges` and `resources`.',
  runAs: 'Users that users of this role may impersonate, kept likewise.',
  global:
    'Global privileges: `profile.write.applications` names the applications whose data its users may change in ' +
    'profiles; the rest is kept likewise.',
  metadata: 'Whatever else is kept of the role. Top-level keys may not begin with `_`.',
  description: 'What the role is for: 1,000 characters at most.',
}

/** A role, of whatever it is. */
export const Role = builder.objectRef<RoleModel>('Role').implement({
  description:
    'A role, stored or built in. Its cluster and global privileges decide what its users may do here.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Names the role.' }),
    cluster: t.stringList({
      description: about.cluster,
      resolve: async ({ cluster }, _, { answerSize }) => [...(await answerSize.add(cluster))],
    }),
    indices: t.field({
      type: ['JSONObject'],
      description: about.indices,
      resolve: async ({ indices }, _, { answerSize }) => [...(await answerSize.add(indices))],
    }),
    applications: t.field({
      type: ['JSONObject'],
      description: about.applications,
      resolve: async ({ applications }, _, { answerSize }) => [...(await answerSize.add(applications))],
    }),
    runAs: t.stringList({
      description: about.runAs,
      resolve: async ({ runAs }, _, { answerSize }) => [...(await answerSize.add(runAs))],
    }),
    global: t.field({
      type: 'JSONObject',
      nullable: true,
      description: about.global,
      resolve: ({ global }, _, { answerSize }) => global && answerSize.add(global),
    }),
    metadata: t.field({
      type: 'JSONObject',
      description: about.metadata,
      resolve: ({ metadata }, _, { answerSize }) => answerSize.add(metadata),
    }),
    description: t.exposeString('description', { nullable: true, description: about.description }),
  }),
})

/** What a role is made of, but for its name. */
export const RoleInput = builder.inputType('RoleInput', {
  description: 'A role, whole: what is left out becomes empty.',
  fields: (t) => ({
    cluster: t.stringList({ defaultValue: [], description: about.cluster }),
    indices: t.field({ type: ['JSONObject'], defaultValue: [], description: about.indices }),
    applications: t.field({ type: ['JSONObject'], defaultValue: [], description: about.applications }),
    runAs: t.stringList({ defaultValue: [], description: about.runAs }),
    global: t.field({ type: 'JSONObject', required: false, description: about.global }),
    metadata: t.field({ type: 'JSONObject', required: false, description: about.metadata }),
    description: t.string({ required: false, description: about.description }),
  }),
})

const RolePut = builder.objectRef<RolePutModel & { __typename: 'RolePut' }>('RolePut').implement({
  description: 'The role is stored.',
  fields: (t) => ({
    created: t.exposeBoolean('created', { description: 'Whether there was no such role before.' }),
    role: t.expose('role', { type: Role, description: 'The role as stored.' }),
  }),
})

const RoleDeleted = builder.objectRef<{ __typename: 'RoleDeleted'; name: string }>('RoleDeleted').implement({
  description: 'The role is gone. Users that it is assigned to keep its name.',
  fields: (t) => ({ name: t.exposeString('name', { description: 'The name of the role.' }) }),
})

const PutRoleResult = builder.unionType('PutRoleResult', {
  description: 'The stored role.',
  types: [RolePut],
})
const DeleteRoleResult = builder.unionType('DeleteRoleResult', {
  description: 'That the role is deleted, or why not.',
  types: [RoleDeleted, RoleNotFound],
})

const nameArg = { description: 'The name of the role.' }

builder.queryFields((t) => ({
  role: t.field({
    type: Role,
    nullable: true,
    description: 'A role by name, or null. Needs `read_security`.',
    args: { name: t.arg.string(nameArg) },
    resolve: async (_, { name }, { caller, useCases, answerMemory }) =>
      (await useCases.roles.list(caller, [name], answerMemory.read))[0] ?? null,
  }),
  roles: t.field({
    type: [Role],
    description:
      'Those of the named roles that exist, or all, built-in ones first, by name. Needs `read_security`.',
    args: { names: t.arg.stringList({ required: false, description: 'The names; left out: all roles.' }) },
    resolve: (_, { names: given }, { caller, useCases, lookups, answerMemory }) =>
      lookups.list('roles', given, (names) => useCases.roles.list(caller, names, answerMemory.read)),
  }),
}))

builder.mutationFields((t) => ({
  putRole: t.field({
    type: PutRoleResult,
    description: 'Creates a role or replaces it whole. Needs `manage_security`.',
    args: { name: t.arg.string(nameArg), role: t.arg({ type: RoleInput, description: 'The role.' }) },
    resolve: async (_, { name, role }, { caller, useCases }) => {
      const put = await useCases.roles.put(caller, roleOf(name, role))
      return { __typename: 'RolePut' as const, ...put }
    },
  }),
  deleteRole: t.field({
    type: DeleteRoleResult,
    description: 'Deletes a role. Needs `manage_security`.',
    args: { name: t.arg.string(nameArg) },
    resolve: async (_, { name }, { caller, useCases }) =>
      (await useCases.roles.delete(caller, name)) ? { __typename: 'RoleDeleted' as const, name } : notFound,
  }),
}))

/** The role of that name as it was given. */
export function roleOf(name: string, input: typeof RoleInput.$inferInput): RoleModel {
  const { metadata, global, description, ...lists } = input
  return {
    ...lists,
    name,
    metadata: metadata ?? {},
    global: global ?? null,
    description: description ?? null,
  }
}
