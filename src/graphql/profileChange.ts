import { missingProfile, type DataRefusal, type Version } from '../profile/updateData.ts'
import { refuseProblems } from '../errors.ts'
import { builder } from './builder.ts'
import { defineError } from './error.ts'
import { Profile } from './profile.ts'

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
    resolve: async (_, { uid, labels, data, ifSeqNo, ifPrimaryTerm }, { caller, useCases }) => {
      const ifVersion = versionOf(ifSeqNo ?? -1, ifPrimaryTerm ?? -1)
      const change = { uid, labels: labels ?? {}, data: data ?? {}, ifVersion }
      const result = await useCases.updateData(caller, change)
      return 'kind' in result ? refusal(result) : result
    },
  }),
  enableProfile: t.field({
    type: SetProfileEnabledResult,
    description: 'Puts a profile into use. Needs `manage_user_profile`.',
    args: { uid: t.arg.id(uidArg) },
    resolve: async (_, { uid }, { caller, useCases }) =>
      (await useCases.setProfileEnabled(caller, uid, true)) ?? notFound(uid),
  }),
  disableProfile: t.field({
    type: SetProfileEnabledResult,
    description: 'Takes a profile out of use, until it is enabled or activated. Needs `manage_user_profile`.',
    args: { uid: t.arg.id(uidArg) },
    resolve: async (_, { uid }, { caller, useCases }) =>
      (await useCases.setProfileEnabled(caller, uid, false)) ?? notFound(uid),
  }),
}))

/** Both halves of a version, or neither; negative ones count as absent. Source: spec 3.3. */
function versionOf(seqNo: number, primaryTerm: number): Version | null {
  if (seqNo >= 0 && primaryTerm <= 0) {
    refuseProblems([`ifSeqNo is set, but primary term is [${Math.max(primaryTerm, 0)}]`])
  }
  if (seqNo < 0 && primaryTerm > 0) {
    refuseProblems([`ifSeqNo is unassigned, but primary term is [${primaryTerm}]`])
  }
  return seqNo < 0 ? null : { seqNo, primaryTerm }
}

function refusal({ kind, message }: DataRefusal) {
  return { __typename: kind, message } as const
}

function notFound(uid: string) {
  return { __typename: 'ProfileNotFound', message: missingProfile(uid) } as const
}
