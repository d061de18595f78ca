import { isDeepStrictEqual } from 'node:util'
import type { Fetch } from '../support/testApp.ts'
import type { People } from './people.ts'
import { documentOf, latest, userOf, versionIn, type Person, type UserBlock } from './person.ts'
import { allUsers, profilesOf } from './requests.ts'

/** What the gateway has acknowledged and does not know any more, or contradicts; empty where all is well. */
export async function losses(fetch: Fetch, { regulars, newcomers }: People): Promise<string[]> {
  const people = [...regulars, ...newcomers]
  const users = await allUsers(fetch)
  const profiles = await profilesOf(
    fetch,
    people.flatMap((person) => latest(person)?.uid ?? []),
  )
  return people.flatMap((person) => {
    const about = (problems: string[]) => problems.map((problem) => `${person.username}: ${problem}`)
    const acknowledged = latest(person)
    return [
      ...about(lossOfUser(person, users[person.username])),
      ...about(acknowledged ? lossOfProfile(person, profiles.get(acknowledged.uid)) : []),
    ]
  })
}

function lossOfUser({ users }: Person, stored: UserBlock | undefined): string[] {
  const version = versionIn(stored?.full_name)
  if (!users.mayBeStored(version)) return [`user ${users.acknowledged()} is ${version}`]
  return stored === undefined || isWhole(stored) ? [] : [`the user is torn: ${JSON.stringify(stored)}`]
}

type StoredProfile = Awaited<ReturnType<typeof profilesOf>> extends Map<string, infer P> ? P : never

function lossOfProfile(person: Person, stored: StoredProfile | undefined): string[] {
  const acknowledged = latest(person)
  if (!acknowledged || !stored) return ['the profile is gone']
  const problems: string[] = []
  const { data, ...profile } = stored
  const { seqNo, user, labels } = profile
  if (seqNo < acknowledged.seqNo) problems.push(`_seq_no ${acknowledged.seqNo} is ${seqNo}`)
  const told = person.activations.get(seqNo)
  if (told && !isDeepStrictEqual(told, profile))
    problems.push(`_seq_no ${seqNo} was ${JSON.stringify(told)}, and is ${JSON.stringify(profile)}`)

  const known = versionIn(acknowledged.user.full_name)
  if (versionIn(user.full_name) < known) problems.push(`its user ${known} is ${user.full_name ?? 'nothing'}`)
  if (!isWhole(user)) problems.push(`its user is torn: ${JSON.stringify(user)}`)

  const version = versionIn((data as Partial<ReturnType<typeof documentOf>>).load?.text)
  const written = person.data.acknowledged()
  if (version < written || !person.data.mayBeStored(version))
    problems.push(`its data ${written} are ${version}`)
  const document = version === 0 ? {} : documentOf(version)
  if (!isDeepStrictEqual([data, labels], [document, document]))
    problems.push(`its data are torn: ${JSON.stringify({ data, labels })}`)
  return problems
}

/** Whether all fields are of one version. */
function isWhole({ roles, full_name, email }: UserBlock): boolean {
  return isDeepStrictEqual({ roles, full_name, email }, userOf(versionIn(full_name)))
}
