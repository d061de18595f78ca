import { keyOf, type RealmPlace } from './realmSetting.ts'
import { givenIn } from './value.ts'

type Problem = readonly [setting: string, message: string]

/** Each pattern for a claim that is not named, with what is wrong. Source: spec 5.1. */
export function claimPatternProblems(
  place: RealmPlace,
  settings: Readonly<Record<string, unknown>>,
): Problem[] {
  const key = (setting: string) => keyOf(place, setting)
  const claims = givenIn(settings.claims)
  return givenIn(settings.claim_patterns)
    .filter((claim) => !claims.includes(claim))
    .map((claim) => {
      const setting = `claim_patterns.${claim}`
      const needed = key(`claims.${claim}`)
      return [setting, `Setting [${key(setting)}] cannot be set unless [${needed}] is also set`]
    })
}
