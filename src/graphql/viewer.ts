import type { Caller, RealmRef } from '../authentication/subject.ts'
import { builder } from './builder.ts'

const Realm = builder.objectRef<RealmRef>('Realm').implement({
  description: 'Something that can prove who a user is.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name under which it is configured.' }),
    type: t.exposeString('type', { description: 'Its kind: `native`, `reserved`, `jwt`.' }),
    domain: t.exposeString('domain', {
      nullable: true,
      description: 'The domain that it belongs to, if any.',
    }),
  }),
})

const Viewer = builder.objectRef<Caller>('Viewer').implement({
  description: 'Whoever sends this request.',
  fields: (t) => ({
    username: t.exposeString('username', { description: 'The name under which the realm knows the caller.' }),
    roles: t.stringList({ description: "The caller's roles.", resolve: ({ roles }) => [...roles] }),
    fullName: t.exposeString('fullName', {
      nullable: true,
      description: "The caller's full name, if known.",
    }),
    email: t.exposeString('email', { nullable: true, description: "The caller's email address, if known." }),
    metadata: t.field({
      type: 'JSONObject',
      description: 'Whatever else is known of the caller.',
      resolve: ({ metadata }, _, { answerSize }) => answerSize.add(metadata),
    }),
    authenticationRealm: t.expose('realm', { type: Realm, description: 'The realm that proved the caller.' }),
    authenticationType: t.exposeString('authenticationType', {
      description:
        'How the caller proved itself: `realm`, by what a realm knows of it, or `token`, by a token of ours.',
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
