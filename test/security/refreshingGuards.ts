import type { Guard } from './guard.ts'

const passing = {
  file: 'src/storage/refreshing.ts',
  test: 'storage/refreshingPostgres.test.ts',
  project: 'postgresql',
} as const

/** What stands between a profile and an activation that is not its user's, where it is refreshed as it is found. */
export const refreshingGuards: readonly Guard[] = [
  {
    ...passing,
    item: 'a profile is refreshed for its own user alone',
    without: ['= ("rows"."username", "rows"."realmName", "rows"."realmType")', 'IS NOT NULL'],
    title: 'is left as it is where it',
  },
  {
    ...passing,
    item: 'one of several is not, before it is known whose they are',
    without: ['"other"."uid" <> "found"."uid"', 'FALSE'],
    title: 'is left as it is beside another one of that username',
  },
  {
    ...passing,
    item: 'one that is disabled stays so where its user comes alone',
    without: ['("found"."enabled" OR "enables")', 'TRUE'],
    title: 'is left as it is where it',
  },
  {
    item: 'a user’s own activation never asks for one that is disabled',
    file: 'src/profile/activateMine.ts',
    without: ['enables: false', 'enables: true'],
    test: 'profile/inPassingPostgres.test.ts',
    title: 'does not enable a profile that is disabled',
    project: 'postgresql',
  },
  {
    ...passing,
    item: 'none is once the user was written on whom the proof rests',
    without: ['AND ${standsInRow(forShareUnlessLocked)}', ''],
    title: 'is left as it is once the user was written',
  },
]
