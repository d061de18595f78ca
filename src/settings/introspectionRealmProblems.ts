import { readClientKey } from '../authentication/introspection/clientKey.ts'
import { claimPatternProblems } from './claimPatternProblems.ts'
import { keyOf, type RealmPlace } from './realmSetting.ts'
import { within } from './value.ts'

/** Settings of an introspection realm. One that is wrong in itself can be anything, and then contradicts no other. */
type Settings = Readonly<Record<string, unknown>>

type Problem = readonly [setting: string, message: string]

/** By which setting the gateway proves itself, by the method. */
const proofs: Readonly<Record<string, string>> = {
  client_secret_basic: 'client_secret',
  client_secret_post: 'client_secret',
  private_key_jwt: 'client_private_key',
}

/** Where settings of an introspection realm contradict each other, each setting with what is wrong. */
export function introspectionRealmProblems(place: RealmPlace, settings: Settings): Problem[] {
  const key = (setting: string) => keyOf(place, setting)
  const rp = within(settings.rp)
  return [
    ...audienceProblems(),
    ...claimPatternProblems(place, settings),
    ...proofProblems(),
    ...keyProblems(),
  ]

  function audienceProblems(): Problem[] {
    if ((settings.allowed_audiences ?? settings.allowed_clients) !== undefined) return []
    const either = `[${key('allowed_audiences')}] or [${key('allowed_clients')}]`
    const reason = 'tokens that the server has issued for other applications must not be taken'
    return [['allowed_audiences', `One of either ${either} must be specified and not be empty: ${reason}.`]]
  }

  /** A secret is given exactly for the methods that use one, and a key for the other. */
  function proofProblems(): Problem[] {
    const method = String(rp.client_auth_method)
    const needed = proofs[method]
    if (needed === undefined) return []
    const when = `setting [${key('rp.client_auth_method')}] is [${method}]`
    return [...new Set(Object.values(proofs))].flatMap((name): Problem[] => {
      const setting = `rp.${name}`
      const isGiven = rp[name] !== undefined
      if (isGiven === (name === needed)) return []
      const message = isGiven
        ? `Setting [${key(setting)}] is not supported, because ${when}`
        : `Missing setting for [${key(setting)}]. It is required when ${when}`
      return [[setting, message]]
    })
  }

  function keyProblems(): Problem[] {
    const { value } = within(rp.client_private_key)
    if (typeof value !== 'string' || value === '') return []
    const read = readClientKey(value)
    return typeof read === 'string' ? [['rp.client_private_key', read]] : []
  }
}
