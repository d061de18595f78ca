import { isDeepStrictEqual } from 'node:util'
import type { RealmRef } from '../authentication/subject.ts'
import type { Realms } from './realms.ts'

/** What is other about realms than it was, for people: `jwt/corp replaced`, `jwt/new added`, `jwt/old removed`. */
export function realmChanges(before: Realms, now: Realms): string[] {
  const was = new Map(before.made.map((realm) => [nameOf(realm.ref), realm]))
  const is = new Map(now.made.map((realm) => [nameOf(realm.ref), realm]))
  const changed = [...is].flatMap(([name, { madeOf }]) => {
    const old = was.get(name)
    if (!old) return [`${name} added`]
    return isDeepStrictEqual(old.madeOf, madeOf) ? [] : [`${name} replaced`]
  })
  const removed = [...was.keys()].filter((name) => !is.has(name)).map((name) => `${name} removed`)
  const stayed = (one: ReadonlyMap<string, unknown>) =>
    [...one.keys()].filter((name) => was.has(name) && is.has(name))
  const isReordered = !isDeepStrictEqual(stayed(was), stayed(is))
  const hasOtherDomains = !isDeepStrictEqual(before.domains, now.domains)
  return [
    ...changed,
    ...removed,
    ...(isReordered ? ['asked in another order'] : []),
    ...(hasOtherDomains ? ['other domains'] : []),
  ]
}

function nameOf({ type, name }: RealmRef): string {
  return `${type}/${name}`
}
