import type { ApiKeyOrigin, Authenticated, RealmRef } from '../authentication/subject.ts'
import { builder } from './builder.ts'

const Realm = builder.objectRef<RealmRef>('Realm').implement({
  description: 'Something that can prove who a user is.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name under which it is configured.' }),
    type: t.exposeString('type', {
      description:
        'Its kind: `native`, `reserved`, `jwt`, that of a realm of a cluster; `_es_api_key` of an API key.',
    }),
    domain: t.exposeString('domain', {
      nullable: true,
      description: 'The domain that it belongs to, if any.',
    }),
  }),
})

const ViewerApiKey = builder.objectRef<Pick<ApiKeyOrigin, 'id' | 'name'>>('ViewerApiKey').implement({
  description: 'The API key with which somebody was proven.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Names the key.' }),
    name: t.exposeString('name', { description: 'What its owner calls it.' }),
  }),
})

/** Who somebody is. */
export const Viewer = builder.objectRef<Authenticated>('Viewer').implement({
  description: 'Who somebody is, and how that was proven: of a request, or of a token.',
  fields: (t) => ({
    username: t.exposeString('username', { description: 'The name under which the realm knows the user.' }),
    roles: t.stringList({ description: "The user's roles.", resolve: ({ roles }) => [...roles] }),
    fullName: t.exposeString('fullName', {
      nullable: true,
      description: "The user's full name, if known.",
    }),
    email: t.exposeString('email', { nullable: true, description: "The user's email address, if known." }),
    metadata: t.field({
      type: 'JSONObject',
      description: 'Whatever else is known of the user.',
      resolve: ({ metadata }, _, { answerSize }) => answerSize.add(metadata),
    }),
    authenticationRealm: t.expose('realm', { type: Realm, description: 'The realm that proved the user.' }),
    authenticationType: t.exposeString('authenticationType', {
      description:
        'How it was proven: `realm`, by what a realm knows of the user, `token`, by a token of ours, or `api_key`, by an API key.',
    }),
    apiKey: t.field({
      type: ViewerApiKey,
      nullable: true,
      description: 'The API key that was proven, or that has asked for the token that was; null: a user.',
      resolve: ({ apiKey }) => apiKey ?? null,
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description: 'Whoever sends this request.',
    resolve: (_, __, { caller }) => caller,
  }),
)
