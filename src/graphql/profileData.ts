import DataLoader from 'dataloader'
import type { Caller } from '../authentication/subject.ts'
import type { Document } from '../profile/document.ts'
import type { Profile } from '../profile/profile.ts'
import type { DataSelection, Profiles } from '../profile/profiles.ts'
import type { AnswerSize } from './answerSize.ts'
import type { Lookups } from './lookups.ts'

interface ProfileDataParts {
  caller: Caller
  profiles: Pick<Profiles, 'data'>
  answerSize: AnswerSize
  lookups: Lookups
}

/** Makes what reads the application data of profiles in one request: together, as far as they are asked for at once. */
export function createProfileData({ caller, profiles, answerSize, lookups }: ProfileDataParts) {
  const loader = new DataLoader<DataSelection, Document>(
    (selections) => answerSize.inTurn(() => dataOf(selections)),
    { cache: false },
  )

  /** It must not throw: as `AnswerSize.add`. */
  return async function profileData(profile: Profile, filters: readonly string[]): Promise<Document> {
    if (filters.length === 0) return {}
    lookups.profiles(1)
    return loader.load({ profile, filters })
  }

  /** Those that are more than an answer holds, and all behind them, are a failure each. */
  async function dataOf(selections: readonly DataSelection[]): Promise<(Document | Error)[]> {
    const read = new Map<number, Document>()
    let failure: unknown
    try {
      await profiles.data(caller, selections, async (index, kept) => {
        read.set(index, await answerSize.add(kept))
      })
    } catch (thrown) {
      failure = thrown
    }
    return selections.map((_, index) => read.get(index) ?? (failure as Error))
  }
}

export type ProfileData = ReturnType<typeof createProfileData>
