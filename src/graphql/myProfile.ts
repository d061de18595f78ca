import type { ProfileDisabled as Disabled } from '../profile/activateMine.ts'
import { builder } from './builder.ts'
import { ErrorInterface } from './error.ts'
import { Profile } from './profile.ts'
import { TooManyAttempts } from './tooManyAttempts.ts'
import { Viewer } from './viewer.ts'

const ProfileDisabled = builder.objectRef<Disabled>('ProfileDisabled').implement({
  description:
    'The profile is out of use, and stays so: only whoever holds `manage_user_profile` can enable it.',
  interfaces: [ErrorInterface],
})

const ActivateMyProfileResult = builder.unionType('ActivateMyProfileResult', {
  description: "The caller's own profile, or why it is not activated.",
  types: [Profile, ProfileDisabled, TooManyAttempts],
  resolveType: (value) => ('kind' in value ? value.kind : 'Profile'),
})

builder.mutationField('activateMyProfile', (t) =>
  t.field({
    type: ActivateMyProfileResult,
    description:
      "Returns the caller's own profile: created if there is none, else refreshed, labels and data untouched. One that " +
      'is disabled stays so. For users who send an access token, if their realm has `self_activation`; no privilege is ' +
      'needed.',
    resolve: (_, __, { caller, useCases }) => useCases.activateMine(caller),
  }),
)

builder.objectField(Viewer, 'profile', (t) =>
  t.field({
    type: Profile,
    nullable: true,
    description:
      'The profile of whoever sends this request, or null if there is none yet; of nobody else. Needs a realm with ' +
      '`self_activation`, or `read_security` or `manage_user_profile`.',
    extensions: { readsDatabase: true },
    resolve(viewer, _, { caller, useCases, lookups }) {
      if (viewer !== caller) return null
      lookups.profiles(1)
      return useCases.profiles.mine(caller)
    },
  }),
)
