import { setImmediate } from 'node:timers/promises'
import type { DomainOf } from '../authentication/domain.ts'
import type { Caller } from '../authentication/subject.ts'
import type { Authorize } from '../authorization/authorize.ts'
import { refuseProblems } from '../errors.ts'
import type { Document } from './document.ts'
import { filterData } from './filterData.ts'
import { isOwnedBy, ownedProfile } from './ownedProfile.ts'
import type { Profile } from './profile.ts'
import type { ProfileRepository } from './repository.ts'
import { readsOwnProfile, type SelfActivates } from './selfActivation.ts'
import { baseOf } from './uid.ts'

const action = 'cluster:admin/xpack/security/profile/get'
const activateAction = 'cluster:admin/xpack/security/profile/activate'

const mostUids = 1_000
/** Each is looked for everywhere in a document: those with a `*` before their end, in each of its names. */
const mostFilters = 100
const mostInnerStars = 20
/** Of filters, each and all together. */
const mostCharacters = 1_000
const mostCharactersOfAll = 10_000
/** How many bytes of labels or application data are read without waiting for a turn. */
const smallBytes = 256 * 1024
/** How many bytes are read in one turn, unless a single profile has more. */
const mostBytes = 8 * 1024 * 1024

/** How many selections of what was read without a turn are given before others are answered. */
const mostSmallAtOnce = 20

interface Found {
  readonly profiles: Profile[]
  readonly missing: string[]
}

/** What is to be read of a profile's application data. */
export interface DataSelection {
  readonly profile: Profile
  readonly filters: readonly string[]
}

/** Takes what was kept for the selection of that index. */
type Give = (index: number, kept: Document) => Promise<unknown>

/** Runs what reads and gives large documents one after another, across all requests. */
type InTurn = <T>(task: () => Promise<T>) => Promise<T>

interface ProfilesParts {
  authorize: Authorize
  profiles: Pick<ProfileRepository, 'candidates' | 'find' | 'findDocuments'>
  domainOf: DomainOf
  selfActivates: SelfActivates
}

/** Makes the use cases that read profiles. */
export function createProfiles({ authorize, profiles, domainOf, selfActivates }: ProfilesParts) {
  const authorizeRead = (caller: Caller) => authorize(caller, action)
  const authorizeOwn = async (caller: Caller) => {
    if (!readsOwnProfile(caller, selfActivates)) await authorizeRead(caller)
  }
  return {
    /** Throws `FORBIDDEN` unless the caller may read profiles. */
    authorizeRead,

    /** The profiles that exist, in the order of the request, and the uids of those that do not. Source: spec 3.1. */
    async find(caller: Caller, uids: readonly string[]): Promise<Found> {
      refuseProblems(uidProblems(uids))
      await authorizeRead(caller)
      const asked = [...new Set(uids)]
      const found = new Map((await profiles.find(asked)).map((profile) => [profile.uid, profile]))
      return {
        profiles: asked.flatMap((uid) => found.get(uid) ?? []),
        missing: asked.filter((uid) => !found.has(uid)).sort(),
      }
    },

    /** The caller's own profile, or null. Needs the right to read all, or a realm whose users may activate themselves. */
    async mine(caller: Caller): Promise<Profile | null> {
      await authorizeOwn(caller)
      if (caller.subjectType !== 'user') return null
      const { profiles: candidates } = await profiles.candidates(baseOf(caller.username), null)
      return ownedProfile(caller, domainOf(caller.realm), candidates) ?? null
    },

    /**
     * Gives what the filters keep of each profile's application data, in the version that was found or a later one. Data
     * are read together, but at most 8 MiB before what is kept of them is given; nothing more is read once `give` throws.
     */
    async data(
      caller: Caller,
      selections: readonly DataSelection[],
      give: Give,
      inTurn: InTurn,
    ): Promise<void> {
      for (const { filters } of selections) refuseProblems(filterProblems(filters))
      await authorizeReadOf(caller, selections)
      await documents('data', selections, give, inTurn)
    },

    /**
     * Gives the labels of profiles in the same way; also to callers who may activate profiles, since each activation shows
     * them.
     */
    async labels(caller: Caller, given: readonly Profile[], give: Give, inTurn: InTurn): Promise<void> {
      const selections = given.map((profile) => ({ profile, filters: ['*'] }))
      await authorizeReadOf(caller, selections).catch(() => authorize(caller, activateAction))
      await documents('labels', selections, give, inTurn)
    },
  }

  async function authorizeReadOf(caller: Caller, selections: readonly DataSelection[]): Promise<void> {
    const domain = domainOf(caller.realm)
    const areOwn = selections.every(({ profile }) => isOwnedBy(profile, caller, domain))
    await (areOwn ? authorizeOwn(caller) : authorizeRead(caller))
  }

  async function documents(
    part: 'labels' | 'data',
    selections: readonly DataSelection[],
    give: Give,
    inTurn: InTurn,
  ): Promise<void> {
    let left = [...new Set(selections.map(({ profile }) => profile.uid))]
    await take(await profiles.findDocuments(part, left, smallBytes, false), mostSmallAtOnce)
    while (left.length > 0) await inTurn(takeLarge)

    async function takeLarge(): Promise<void> {
      const found = await profiles.findDocuments(part, left, mostBytes, true)
      // Of a profile that is gone there are none.
      await take(found.size > 0 ? found : new Map(left.map((uid) => [uid, {}])), 1)
    }

    /** Others are answered whenever so many have been given. */
    async function take(read: ReadonlyMap<string, Document>, atOnce: number): Promise<void> {
      let given = 0
      for (const [index, { profile, filters }] of selections.entries()) {
        const document = read.get(profile.uid)
        if (!document) continue
        await give(index, filterData(document, filters))
        if (++given % atOnce === 0) await setImmediate()
      }
      left = left.filter((uid) => !read.has(uid))
    }
  }
}

export type Profiles = ReturnType<typeof createProfiles>

function uidProblems(uids: readonly string[]): string[] {
  if (uids.length === 0) return ['profile UIDs must be provided']
  if (uids.length > mostUids) return [`at most [${mostUids}] profile UIDs can be provided`]
  return uids.some((uid) => uid.trim() === '') ? ['Profile UID cannot be empty'] : []
}

function filterProblems(filters: readonly string[]): string[] {
  const characters = filters.reduce((sum, { length }) => sum + length, 0)
  if (filters.length > mostFilters) return [`at most [${mostFilters}] filters can be given`]
  if (filters.some(({ length }) => length > mostCharacters))
    return [`a filter can have at most [${mostCharacters}] characters`]
  if (characters > mostCharactersOfAll)
    return [`filters can have at most [${mostCharactersOfAll}] characters together`]
  const inner = filters.filter((filter) => /\*[^*]/.test(filter)).length
  return inner > mostInnerStars ? [`at most [${mostInnerStars}] filters can have a [*] before their end`] : []
}
