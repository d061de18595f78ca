import {
  primaryTerm,
  type Profile as ProfileModel,
  type ProfileUser as ProfileUserModel,
} from '../profile/profile.ts'
import { builder } from './builder.ts'
import { GrantInput, grantOf } from './grant.ts'
import { GrantRejected } from './grantRejected.ts'
import { TooManyAttempts } from './tooManyAttempts.ts'

const ProfileUser = builder.objectRef<ProfileUserModel>('ProfileUser').implement({
  description: 'The user of a profile, as of the last activation that changed it.',
  fields: (t) => ({
    username: t.exposeString('username', { description: 'The name under which the realm knows the user.' }),
    roles: t.stringList({ description: "The user's roles.", resolve: ({ roles }) => [...roles] }),
    realmName: t.string({
      description: 'The realm that proved the user.',
      resolve: ({ realm }) => realm.name,
    }),
    realmDomain: t.string({
      nullable: true,
      description: 'The domain that the realm belongs to, if any.',
      resolve: ({ realm }) => realm.domain,
    }),
    email: t.exposeString('email', { nullable: true, description: "The user's email address, if known." }),
    fullName: t.exposeString('fullName', { nullable: true, description: "The user's full name, if known." }),
  }),
})

const DocumentVersion = builder.objectRef<{ seqNo: number }>('DocumentVersion').implement({
  description: 'The version of a stored document. Compare for equality only.',
  fields: (t) => ({
    primaryTerm: t.field({ type: 'SafeInt', description: 'Always 1.', resolve: () => primaryTerm }),
    seqNo: t.field({
      type: 'SafeInt',
      description: 'Counts the writes of this document from 0.',
      resolve: ({ seqNo }) => seqNo,
    }),
  }),
})

/** A user's profile. */
export const Profile = builder.objectRef<ProfileModel>('Profile').implement({
  description: 'What applications share about a user: who it is, and what they keep under the uid.',
  fields: (t) => ({
    uid: t.exposeID('uid', {
      description: 'Names this profile for good: it is never given to another user.',
    }),
    enabled: t.exposeBoolean('enabled', {
      description: 'Whether the profile is in use. An activation enables it.',
    }),
    lastSynchronized: t.expose('lastSynchronized', {
      type: 'DateTime',
      description: 'When an activation last wrote the user block.',
    }),
    user: t.expose('user', {
      type: ProfileUser,
      description: 'The user, as of the last activation that changed it.',
    }),
    labels: t.field({
      type: 'JSONObject',
      description: 'What applications keep to find profiles by, one namespace (top-level key) each.',
      resolve: (profile, _, { profileData }) => profileData.labels(profile),
    }),
    data: t.field({
      type: 'JSONObject',
      description:
        'What applications keep about the user, one namespace (top-level key) each. Read only where it is selected.',
      args: {
        keys: t.arg.stringList({
          description: 'What to read: `app`, `app.key`, `app*`; `["*"]` is all, `[]` nothing. At most 100.',
        }),
      },
      extensions: { readsDatabase: true },
      resolve: (profile, { keys }, { profileData }) => profileData.data(profile, keys),
    }),
    doc: t.field({
      type: DocumentVersion,
      description: 'The version of the document.',
      resolve: (profile) => profile,
    }),
  }),
})

const ActivateProfileResult = builder.unionType('ActivateProfileResult', {
  description: "The grant's profile, or why there is none.",
  types: [Profile, GrantRejected, TooManyAttempts],
  resolveType: (value) => ('kind' in value ? value.kind : 'Profile'),
})

builder.mutationField('activateProfile', (t) =>
  t.field({
    type: ActivateProfileResult,
    description:
      "Proves an end user and returns that user's profile: created if there is none, else refreshed and enabled, " +
      'labels and data untouched. The caller needs the cluster privilege `manage_user_profile`.',
    extensions: { takesCredential: true },
    args: { grant: t.arg({ type: GrantInput, description: "The end user's credentials." }) },
    resolve: (_, { grant }, { caller, useCases }) => useCases.activate(caller, grantOf(grant)),
  }),
)

const ProfileError = builder.objectRef<string>('ProfileError').implement({
  description: 'Why a profile is not in the answer.',
  fields: (t) => ({
    uid: t.id({ description: 'The uid that was asked for.', resolve: (uid) => uid }),
    type: t.string({
      description: "Elasticsearch's name of the error.",
      resolve: () => 'resource_not_found_exception',
    }),
    reason: t.string({ description: 'What happened.', resolve: () => 'profile document not found' }),
  }),
})

const ProfilesResult = builder
  .objectRef<{ profiles: ProfileModel[]; missing: string[] }>('ProfilesResult')
  .implement({
    description: 'Those of the profiles that exist, and an error for each that does not.',
    fields: (t) => ({
      profiles: t.expose('profiles', {
        type: [Profile],
        description: 'In the order in which they were asked for.',
      }),
      errors: t.expose('missing', { type: [ProfileError], description: 'Sorted by uid.' }),
    }),
  })

builder.queryField('profile', (t) =>
  t.field({
    type: Profile,
    nullable: true,
    description: 'A profile by its uid, or null. Needs `read_security` or `manage_user_profile`.',
    args: { uid: t.arg.id({ description: 'The uid.' }) },
    resolve: async (_, { uid }, { caller, useCases, lookups }) => {
      lookups.profiles(1)
      const { profiles } = await useCases.profiles.find(caller, [uid])
      return profiles[0] ?? null
    },
  }),
)

builder.queryField('profiles', (t) =>
  t.field({
    type: ProfilesResult,
    description: 'Profiles by their uids. Needs `read_security` or `manage_user_profile`.',
    args: { uids: t.arg.idList({ description: 'The uids.' }) },
    resolve(_, { uids }, { caller, useCases, lookups }) {
      lookups.profiles(uids.length)
      return useCases.profiles.find(caller, uids)
    },
  }),
)
