import type { ProfileRepository } from '../profile/repository.ts'
import type { Spans } from './spans.ts'

/**
 * The same repository, with spans for what an activation does with it. They are of what a request waits for: a statement
 * can be that of several.
 */
export function profileSpans(profiles: ProfileRepository, { isTraced, inSpan }: Spans): ProfileRepository {
  if (!isTraced) return profiles
  return {
    ...profiles,
    candidates: (...given) => inSpan('find profile', finding, () => profiles.candidates(...given)),
    create: (...given) => inSpan('store profile', creating, () => profiles.create(...given)),
    refresh: (...given) => inSpan('store profile', refreshing, () => profiles.refresh(...given)),
  }
}

const profilesOf = (name: string) => ({ 'db.collection.name': 'profiles', 'db.operation.name': name })
/** It may write, too. */
const finding = { 'db.collection.name': 'profiles' }
const creating = profilesOf('INSERT')
const refreshing = profilesOf('UPDATE')
