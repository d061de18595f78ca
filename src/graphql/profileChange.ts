import type { GraphQLResolveInfo } from 'graphql'
import { missingProfile, type DataRefusal } from '../profile/updateData.ts'
import { builder, type Context } from './builder.ts'
import { defineError } from './error.ts'
import { Profile } from './profile.ts'
import { selects } from './selects.ts'

const ProfileNotFound = defineError('ProfileNotFound', 'There is no profile with that uid.')
const VersionConflict = defineError(
  'VersionConflict',
  'The profile has another version than the change is for.',
)
const ProfileTooLarge = defineError('ProfileTooLarge', 'Labels and data would be larger than is allowed.')

const UpdateProfileDataResult = builder.unionType('UpdateProfileDataResult', {
  description: 'The changed profile, or why it is not changed.',
  types: [Profile, ProfileNotFound, VersionConflict, ProfileTooLarge],
  resolveType: (value) => ('uid' in value ? 'Profile' : value.__typename),
})

const SetProfileEnabledResult = builder.unionType('SetProfileEnabledResult', {
  description: 'The profile, or that there is none.',
  types: [Profile, ProfileNotFound],
  resolveType: (value) => ('uid' in value ? 'Profile' : value.__typename),
})

const uidArg = { description: 'The uid of the profile.' }

builder.mutationFields((t) => ({
  updateProfileData: t.field({
    type: UpdateProfileDataResult,
    description:
      'Merges what an application keeps into a profile: objects are merged, all else is replaced, nothing is ' +
      'removed. Needs `manage_user_profile`, or the global privilege to write the named applications.',
    args: {
      uid: t.arg.id(uidArg),
      labels: t.arg({ type: 'JSONObject', required: false, description: 'Labels to merge, by application.' }),
      data: t.arg({ type: 'JSONObject', required: false, description: 'Data to merge, by application.' }),
      ifSeqNo: t.arg({
        type: 'SafeInt',
        required: false,
        description:
          'Change only this version: its `doc.seqNo`. Goes with `ifPrimaryTerm`. Negative is as left out.',
      }),
      ifPrimaryTerm: t.arg({
        type: 'SafeInt',
        required: false,
        description:
          'Change only this version: its `doc.primaryTerm`. Goes with `ifSeqNo`. Negative is as left out.',
      }),
    },
    resolve: async (_, { uid, labels, data, ifSeqNo, ifPrimaryTerm }, context, info) => {
      await requireReadable(info, context)
      const { caller, useCases } = context
      const ifVersion = { seqNo: ifSeqNo ?? -1, primaryTerm: ifPrimaryTerm ?? -1 }
      const change = { uid, labels: labels ?? {}, data: data ?? {}, ifVersion }
      const result = await useCases.updateData(caller, change)
      return 'kind' in result ? refusal(result) : result
    },
  }),
}))

setEnabled('enableProfile', true, 'Puts a profile into use.')
setEnabled('disableProfile', false, 'Takes a profile out of use, until it is enabled or activated.')

function refusal({ kind, message }: DataRefusal) {
  return { __typename: kind, message } as const
}

function setEnabled(name: 'enableProfile' | 'disableProfile', enabled: boolean, description: string): void {
  builder.mutationField(name, (t) =>
    t.field({
      type: SetProfileEnabledResult,
      description: `${description} Needs \`manage_user_profile\`.`,
      args: { uid: t.arg.id(uidArg) },
      resolve: async (_, { uid }, context, info) => {
        await requireReadable(info, context)
        const profile = await context.useCases.setProfileEnabled(context.caller, uid, enabled)
        return profile ?? ({ __typename: 'ProfileNotFound', message: missingProfile(uid) } as const)
      },
    }),
  )
}

/** Whoever may change a profile may not always read it: that is said before anything is done. */
async function requireReadable(info: GraphQLResolveInfo, { caller, useCases }: Context): Promise<void> {
  if (selects(info, ['user', 'labels', 'data'])) await useCases.profiles.authorizeRead(caller)
}
