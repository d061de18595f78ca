import DataLoader from 'dataloader'
import type { Caller } from '../authentication/subject.ts'
import type { Document } from '../profile/document.ts'
import type { Profile } from '../profile/profile.ts'
import type { DataSelection, Profiles } from '../profile/profiles.ts'
import type { AnswerMemory } from './answersMemory.ts'
import type { AnswerSize } from './answerSize.ts'
import type { Lookups } from './lookups.ts'

interface ProfileDataParts {
  caller: Caller
  profiles: Pick<Profiles, 'data' | 'labels'>
  answerMemory: AnswerMemory
  answerSize: AnswerSize
  lookups: Lookups
}

/**
 * Makes what reads application data, and labels that are large, of profiles in one request: together, as far as they are
 * asked for at once. It must not throw: as `AnswerSize.add`.
 */
export function createProfileData({ caller, profiles, answerMemory, answerSize, lookups }: ProfileDataParts) {
  let dataLoader: DataLoader<DataSelection, Document> | undefined
  let labelsLoader: DataLoader<Profile, Document> | undefined
  return { data, labels }

  async function data(profile: Profile, filters: readonly string[]): Promise<Document> {
    if (filters.length === 0) return {}
    lookups.profiles(1)
    dataLoader ??= loaderOf((selections, give) =>
      profiles.data(caller, selections, give, answerMemory.inTurn),
    )
    return dataLoader.load({ profile, filters })
  }

  function labels(profile: Profile): Document | Promise<Document> {
    if (profile.labels) return answerSize.add(profile.labels)
    labelsLoader ??= loaderOf((found, give) => profiles.labels(caller, found, give, answerMemory.inTurn))
    return labelsLoader.load(profile)
  }

  function loaderOf<Asked>(read: Read<Asked>): DataLoader<Asked, Document> {
    return new DataLoader((asked) => answerSize.inTurn(() => documentsOf(read, asked)), {
      cache: false,
    })
  }

  /** Documents that no longer fit into the answer, and all after them, become failures. */
  async function documentsOf<Asked>(
    read: Read<Asked>,
    asked: readonly Asked[],
  ): Promise<(Document | Error)[]> {
    const kept = new Map<number, Document>()
    let failure: unknown
    try {
      await read(asked, async (index, document) => {
        const json = JSON.stringify(document)
        kept.set(index, await answerSize.add(answerMemory.hold(document, json), json))
      })
    } catch (thrown) {
      failure = thrown
    }
    return asked.map((_, index) => kept.get(index) ?? (failure as Error))
  }
}

type Read<Asked> = (
  asked: readonly Asked[],
  give: (index: number, document: Document) => Promise<unknown>,
) => Promise<void>

export type ProfileData = ReturnType<typeof createProfileData>
