import type { CreatedApiKey } from '../authentication/apiKeys/create.ts'
import type { InvalidatedKeys } from '../authentication/apiKeys/invalidate.ts'
import type { ApiKeyPage as PageModel, ShownApiKey } from '../authentication/apiKeys/list.ts'
import { builder } from './builder.ts'
import { Role, RoleInput, roleOf } from './role.ts'

const about = {
  name: 'What its owner calls it; several may have one name.',
  roleDescriptors: 'What it may do of what its owner might; none: all of that.',
  metadata: 'Whatever else is kept of the key. Top-level keys may not begin with `_`.',
  ids: 'The ids of keys: 1,000 at most.',
  keyName: 'The name of keys, or with `*` at its end the beginning of it.',
  username: 'The name of their owner.',
  realmName: 'The realm of their owner.',
  owner: 'Only keys of whoever asks.',
  withLimitedBy: 'Whether to show `limitedBy`. An API key needs `manage_api_key` for that.',
}

const ApiKey = builder.objectRef<ShownApiKey>('ApiKey').implement({
  description: 'An API key, without its secret, which is stored nowhere.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Names the key.' }),
    name: t.exposeString('name', { description: about.name }),
    creation: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiration: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when it is valid; null: until it is invalidated.',
    }),
    invalidated: t.boolean({
      description: 'Whether it was invalidated.',
      resolve: ({ invalidatedAt }) => invalidatedAt !== null,
    }),
    invalidation: t.expose('invalidatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was invalidated.',
    }),
    username: t.string({ description: 'The name of its owner.', resolve: ({ owner }) => owner.username }),
    realm: t.string({
      description: 'The name of the realm of its owner.',
      resolve: ({ owner }) => owner.realm.name,
    }),
    realmType: t.string({
      description: 'The type of the realm of its owner.',
      resolve: ({ owner }) => owner.realm.type,
    }),
    metadata: t.field({
      type: 'JSONObject',
      description: about.metadata,
      resolve: ({ metadata }, _, { answerSize }) => answerSize.add(metadata),
    }),
    roleDescriptors: t.field({
      type: [Role],
      description: about.roleDescriptors,
      resolve: ({ roleDescriptors }) => [...roleDescriptors],
    }),
    limitedBy: t.field({
      type: [Role],
      nullable: true,
      description: 'What its owner might do when it was made; null, unless it was asked for.',
      resolve: ({ limitedBy }) => limitedBy && [...limitedBy],
    }),
  }),
})

const ApiKeyPage = builder.objectRef<PageModel>('ApiKeyPage').implement({
  description: 'A part of the API keys.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'How many there are in all.' }),
    apiKeys: t.field({
      type: [ApiKey],
      description: 'The keys, by when they were made.',
      resolve: ({ apiKeys }) => [...apiKeys],
    }),
  }),
})

const ApiKeyCreated = builder
  .objectRef<CreatedApiKey & { __typename: 'ApiKeyCreated' }>('ApiKeyCreated')
  .implement({
    description: 'The key. Its secret is shown here, and never again.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Names the key.' }),
      name: t.exposeString('name', { description: about.name }),
      expiration: t.expose('expiresAt', {
        type: 'DateTime',
        nullable: true,
        description: 'Until when it is valid; null: until it is invalidated.',
      }),
      apiKey: t.exposeString('key', { description: 'The secret.' }),
      encoded: t.string({
        description: 'What `Authorization: ApiKey` takes: id and secret.',
        resolve: ({ id, key }) => Buffer.from(`${id}:${key}`).toString('base64'),
      }),
    }),
  })

const RoleDescriptorInput = builder.inputType('RoleDescriptorInput', {
  description: 'A role of an API key alone.',
  fields: (t) => ({
    name: t.string({ description: 'Tells it from the other ones of the key.' }),
    role: t.field({ type: RoleInput, description: 'What it allows.' }),
  }),
})

const ApiKeySelectionInput = builder.inputType('ApiKeySelectionInput', {
  description:
    'Which keys: by ids, by name, or by their owner. Ids and names go with no other owner than the caller.',
  fields: (t) => ({
    ids: t.field({ type: ['ID'], required: false, description: about.ids }),
    name: t.string({ required: false, description: about.keyName }),
    username: t.string({ required: false, description: about.username }),
    realmName: t.string({ required: false, description: about.realmName }),
    owner: t.boolean({ defaultValue: false, description: about.owner }),
  }),
})

const ApiKeysInvalidated = builder
  .objectRef<InvalidatedKeys & { __typename: 'ApiKeysInvalidated' }>('ApiKeysInvalidated')
  .implement({
    description: 'None of the keys is valid any more.',
    fields: (t) => ({
      invalidated: t.idList({
        description: 'The ids of those that were invalidated now.',
        resolve: ({ invalidated }) => [...invalidated],
      }),
      previouslyInvalidated: t.idList({
        description: 'The ids of those that were asked for by id and had been invalidated before.',
        resolve: ({ previouslyInvalidated }) => [...previouslyInvalidated],
      }),
    }),
  })

const CreateApiKeyResult = builder.unionType('CreateApiKeyResult', {
  description: 'The key that was made.',
  types: [ApiKeyCreated],
})
const InvalidateApiKeysResult = builder.unionType('InvalidateApiKeysResult', {
  description: 'Which keys were invalidated.',
  types: [ApiKeysInvalidated],
})

builder.queryFields((t) => ({
  apiKeys: t.field({
    type: [ApiKey],
    description:
      'API keys, by when they were made. Needs `manage_api_key`, or `manage_own_api_key` for own ones. ' +
      'An API key may always see itself, by its id.',
    args: {
      which: t.arg({ type: ApiKeySelectionInput, description: 'Which keys; without anything said: all.' }),
      activeOnly: t.arg.boolean({
        defaultValue: false,
        description: 'Only those that are neither invalidated nor expired.',
      }),
      withLimitedBy: t.arg.boolean({ defaultValue: false, description: about.withLimitedBy }),
    },
    resolve: (_, { which, activeOnly, withLimitedBy }, { caller, useCases, answerMemory }) =>
      useCases.apiKeys.get(caller, { ...askedFor(which), activeOnly }, withLimitedBy, answerMemory.read),
  }),
  apiKeyPage: t.field({
    type: ApiKeyPage,
    description:
      'A part of those API keys that the caller may see: all with `manage_api_key`, its own with `manage_own_api_key`.',
    args: {
      ids: t.arg({ type: ['ID'], required: false, description: `${about.ids} Left out: all keys.` }),
      from: t.arg.int({ defaultValue: 0, description: 'How many to leave out.' }),
      size: t.arg.int({ defaultValue: 10, description: 'How many to show: with `from` 10,000 at most.' }),
      newestFirst: t.arg.boolean({ defaultValue: false, description: 'Whether the newest comes first.' }),
      withLimitedBy: t.arg.boolean({ defaultValue: false, description: about.withLimitedBy }),
    },
    resolve: (_, { ids, withLimitedBy, ...page }, { caller, useCases, answerMemory }) =>
      useCases.apiKeys.query(caller, { ids: ids ?? null, ...page }, withLimitedBy, answerMemory.read),
  }),
}))

builder.mutationFields((t) => ({
  createApiKey: t.field({
    type: CreateApiKeyResult,
    description:
      'Makes an API key of the caller, which may do at most what the caller may do now. An API key can make only keys ' +
      'that may do nothing. Needs `manage_own_api_key`.',
    args: {
      name: t.arg.string({ description: `${about.name} 256 characters at most.` }),
      expiration: t.arg.string({
        required: false,
        description: 'For how long it is valid, such as `1d`; left out: until it is invalidated.',
      }),
      roleDescriptors: t.arg({
        type: [RoleDescriptorInput],
        defaultValue: [],
        description: about.roleDescriptors,
      }),
      metadata: t.arg({ type: 'JSONObject', required: false, description: about.metadata }),
    },
    resolve: async (_, { roleDescriptors, ...given }, { caller, useCases }) => ({
      __typename: 'ApiKeyCreated' as const,
      ...(await useCases.apiKeys.create(caller, {
        name: given.name,
        expiration: given.expiration ?? null,
        roleDescriptors: roleDescriptors.map(({ name, role }) => roleOf(name, role)),
        metadata: given.metadata ?? {},
      })),
    }),
  }),
  invalidateApiKeys: t.field({
    type: InvalidateApiKeysResult,
    description:
      'Ends API keys for good. Needs `manage_api_key`, or `manage_own_api_key` for own ones, as the request says it: ' +
      'with `owner`, with the own name and realm, or an API key with its own id.',
    args: { which: t.arg({ type: ApiKeySelectionInput, description: 'Which keys.' }) },
    resolve: async (_, { which }, { caller, useCases }) => ({
      __typename: 'ApiKeysInvalidated' as const,
      ...(await useCases.apiKeys.invalidate(caller, askedFor(which))),
    }),
  }),
}))

/** Nothing but white space is no name. */
function askedFor({ ids, name, username, realmName, owner }: typeof ApiKeySelectionInput.$inferInput) {
  const named = (text: string | null | undefined) => (text?.trim() ? text : null)
  return {
    ids: ids ?? null,
    name: named(name),
    username: named(username),
    realmName: named(realmName),
    owned: owner,
  }
}
