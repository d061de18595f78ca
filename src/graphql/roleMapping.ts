import type { RoleMapping as RoleMappingModel } from '../authorization/mappings/roleMapping.ts'
import type { RoleMappingPut as RoleMappingPutModel } from '../authorization/mappings/roleMappings.ts'
import type { RoleTemplate as RoleTemplateModel } from '../authorization/mappings/roleTemplate.ts'
import { builder } from './builder.ts'
import { defineError } from './error.ts'

const RoleMappingNotFound = defineError('RoleMappingNotFound', 'There is no role mapping of that name.')
const notFound = {
  __typename: 'RoleMappingNotFound',
  message: 'there is no role mapping of that name',
} as const

const about = {
  enabled: 'Whether it counts: one that is not gives no roles.',
  roles: 'The roles that users get for whom the rules hold, by name: 1,000 at most.',
  roleTemplates: 'In place of `roles`: what makes their names of each user. 10 at most.',
  rules:
    'For whom, in Elasticsearch’s rule language: `{"field": {"groups": "admins"}}`, or several values in a list of which ' +
    'one must fit, with `any`, `all` and, inside `all`, `except`. Fields are `username`, `dn`, `groups`, `realm.name` ' +
    'and `metadata.` with a key. Text can have `*`, or stand between slashes as a regular expression of RE2.',
  metadata: 'Whatever else is kept of the role mapping. Top-level keys may not begin with `_`.',
  source:
    'Text in which `{{field}}` stands for the value of a field of the rule language, and `{{#tojson}}field{{/tojson}}` ' +
    'for the JSON of all its values: 1,000 characters at most.',
  format: 'What comes of it.',
}

const RoleTemplateFormat = builder.enumType('RoleTemplateFormat', {
  description: 'What comes of a role template.',
  values: {
    STRING: { value: 'string', description: 'The name of one role.' },
    JSON: { value: 'json', description: 'The JSON of the name of a role, or of a list of names.' },
  } as const,
})

const RoleTemplate = builder.objectRef<RoleTemplateModel>('RoleTemplate').implement({
  description: 'What makes names of roles of a user.',
  fields: (t) => ({
    source: t.exposeString('source', { description: about.source }),
    format: t.expose('format', { type: RoleTemplateFormat, description: about.format }),
  }),
})

const RoleMapping = builder.objectRef<RoleMappingModel>('RoleMapping').implement({
  description:
    'Which roles users have whose realm says groups, and no roles: those of each role mapping whose rules hold of them. ' +
    'It counts from the next request on.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Names the role mapping.' }),
    enabled: t.exposeBoolean('enabled', { description: about.enabled }),
    roles: t.stringList({ description: about.roles, resolve: ({ roles }) => [...roles] }),
    roleTemplates: t.field({
      type: [RoleTemplate],
      description: about.roleTemplates,
      resolve: ({ roleTemplates }) => [...roleTemplates],
    }),
    rules: t.field({
      type: 'JSONObject',
      description: about.rules,
      resolve: ({ rules }, _, { answerSize }) => answerSize.add(rules),
    }),
    metadata: t.field({
      type: 'JSONObject',
      description: about.metadata,
      resolve: ({ metadata }, _, { answerSize }) => answerSize.add(metadata),
    }),
  }),
})

const RoleTemplateInput = builder.inputType('RoleTemplateInput', {
  description: 'What makes names of roles of a user.',
  fields: (t) => ({
    source: t.string({ description: about.source }),
    format: t.field({ type: RoleTemplateFormat, defaultValue: 'string', description: about.format }),
  }),
})

const RoleMappingInput = builder.inputType('RoleMappingInput', {
  description: 'A role mapping, whole: it has `roles` or `roleTemplates`.',
  fields: (t) => ({
    enabled: t.boolean({ defaultValue: true, description: about.enabled }),
    roles: t.stringList({ defaultValue: [], description: about.roles }),
    roleTemplates: t.field({
      type: [RoleTemplateInput],
      defaultValue: [],
      description: about.roleTemplates,
    }),
    rules: t.field({ type: 'JSONObject', description: about.rules }),
    metadata: t.field({ type: 'JSONObject', required: false, description: about.metadata }),
  }),
})

const RoleMappingPut = builder
  .objectRef<RoleMappingPutModel & { __typename: 'RoleMappingPut' }>('RoleMappingPut')
  .implement({
    description: 'The role mapping is stored.',
    fields: (t) => ({
      created: t.exposeBoolean('created', { description: 'Whether there was no such role mapping before.' }),
      roleMapping: t.field({
        type: RoleMapping,
        description: 'The role mapping as stored.',
        resolve: ({ mapping }) => mapping,
      }),
    }),
  })

const RoleMappingDeleted = builder
  .objectRef<{ __typename: 'RoleMappingDeleted'; name: string }>('RoleMappingDeleted')
  .implement({
    description: 'The role mapping is gone, and gives no roles any more.',
    fields: (t) => ({ name: t.exposeString('name', { description: 'The name of the role mapping.' }) }),
  })

const PutRoleMappingResult = builder.unionType('PutRoleMappingResult', {
  description: 'The stored role mapping.',
  types: [RoleMappingPut],
})
const DeleteRoleMappingResult = builder.unionType('DeleteRoleMappingResult', {
  description: 'That the role mapping is deleted, or why not.',
  types: [RoleMappingDeleted, RoleMappingNotFound],
})

const nameArg = { description: 'The name of the role mapping.' }

builder.queryField('roleMappings', (t) =>
  t.field({
    type: [RoleMapping],
    description: 'Those of the named role mappings that exist, or all, by name. Needs `read_security`.',
    args: {
      names: t.arg.stringList({ required: false, description: 'The names; left out: all role mappings.' }),
    },
    resolve: (_, { names: given }, { caller, useCases, lookups, answerMemory }) =>
      lookups.list('roleMappings', given, (names) =>
        useCases.roleMappings.list(caller, names, answerMemory.read),
      ),
  }),
)

builder.mutationFields((t) => ({
  putRoleMapping: t.field({
    type: PutRoleMappingResult,
    description: 'Creates a role mapping or replaces it whole. Needs `manage_security`.',
    args: {
      name: t.arg.string(nameArg),
      roleMapping: t.arg({ type: RoleMappingInput, description: 'The role mapping.' }),
    },
    resolve: async (_, { name, roleMapping }, { caller, useCases }) => {
      const mapping = { ...roleMapping, name, metadata: roleMapping.metadata ?? {} }
      return {
        __typename: 'RoleMappingPut' as const,
        ...(await useCases.roleMappings.put(caller, mapping)),
      }
    },
  }),
  deleteRoleMapping: t.field({
    type: DeleteRoleMappingResult,
    description: 'Deletes a role mapping. Needs `manage_security`.',
    args: { name: t.arg.string(nameArg) },
    resolve: async (_, { name }, { caller, useCases }) =>
      (await useCases.roleMappings.delete(caller, name))
        ? { __typename: 'RoleMappingDeleted' as const, name }
        : notFound,
  }),
}))
