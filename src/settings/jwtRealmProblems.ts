import { signatureAlgorithms } from '../authentication/jwt/algorithm.ts'
import { hmacKeyOf, JwksProblem, parseJwks } from '../authentication/jwt/jwks.ts'
import { claimPatternProblems } from './claimPatternProblems.ts'
import { keyOf, type RealmPlace } from './realmSetting.ts'
import { givenIn, within } from './value.ts'

const hmac = signatureAlgorithms.filter((name) => name.startsWith('HS'))
const pkc = signatureAlgorithms.filter((name) => !name.startsWith('HS'))

/** Settings of a JWT realm. One that is wrong in itself can be anything, and then contradicts no other. */
type Settings = Readonly<Record<string, unknown>>

type Problem = readonly [setting: string, message: string]

/** Where settings of a JWT realm contradict each other, each setting with what is wrong. Source: spec 5.1. */
export function jwtRealmProblems(place: RealmPlace, settings: Settings): Problem[] {
  const key = (setting: string) => keyOf(place, setting)
  return [
    ...subjectProblems(),
    ...fallbackProblems(),
    ...claimPatternProblems(place, settings),
    ...publicKeyProblems(),
    ...hmacProblems(),
    ...clientProblems(),
    ...selfActivationProblems(),
    ...intervalProblems(),
  ]

  function subjectProblems(): Problem[] {
    const { token_type: type, allowed_subjects: subjects, allowed_subject_patterns: patterns } = settings
    if (type !== 'access_token' || (subjects ?? patterns) !== undefined) return []
    const either = `[${key('allowed_subjects')}] or [${key('allowed_subject_patterns')}]`
    return [['allowed_subjects', `One of either ${either} must be specified and not be empty.`]]
  }

  function fallbackProblems(): Problem[] {
    if (settings.token_type !== 'id_token') return []
    return givenIn(settings.fallback_claims).map((claim) => {
      const setting = `fallback_claims.${claim}`
      const where = `when JWT realm [${place.name}] is [id_token] type`
      return [setting, `fallback claim setting [${key(setting)}] is not allowed ${where}`]
    })
  }

  function publicKeyProblems(): Problem[] {
    return needProblems('pkc_jwkset_path', pkc, settings.pkc_jwkset_path !== undefined)
  }

  function hmacProblems(): Problem[] {
    const { hmac_jwkset: set, hmac_key: one } = settings
    const both = `Settings [${key('hmac_jwkset')}] and [${key('hmac_key')}] cannot be used together`
    if (set !== undefined && one !== undefined) return [['hmac_key', both]]
    const setting = set === undefined ? 'hmac_key' : 'hmac_jwkset'
    const contradictions = needProblems(setting, hmac, (set ?? one) !== undefined)
    return contradictions.length > 0 ? contradictions : secretProblems(setting, within(set ?? one).value)
  }

  /** Whether there is a key that is long enough for something. */
  function secretProblems(setting: 'hmac_key' | 'hmac_jwkset', secret: unknown): Problem[] {
    const allowed = settings.allowed_signature_algorithms
    // One that is wrong in itself is left out.
    if (typeof secret !== 'string' || secret === '' || !isListOf(signatureAlgorithms, allowed)) return []
    try {
      const usable =
        setting === 'hmac_key' ? hmacKeyOf(secret, allowed) : parseJwks(secret, 'hmac', allowed).keys[0]
      return usable
        ? []
        : [[setting, 'it holds no key that is long enough for an allowed signature algorithm']]
    } catch (problem) {
      if (problem instanceof JwksProblem) return [[setting, problem.message]]
      throw problem
    }
  }

  /** Keys are given exactly where an allowed algorithm uses them. */
  function needProblems(setting: string, kind: readonly string[], isGiven: boolean): Problem[] {
    const allowed = settings.allowed_signature_algorithms
    if (!isListOf(signatureAlgorithms, allowed)) return []
    const needing = allowed.filter((one) => kind.includes(one))
    if (needing.length > 0 === isGiven) return []
    const message = isGiven
      ? `Setting [${key(setting)}] is not supported, because no allowed signature algorithm uses it`
      : `Missing setting for [${key(setting)}]. It is required for the algorithms [${needing.join()}]`
    return [[setting, message]]
  }

  function clientProblems(): Problem[] {
    const setting = 'client_authentication.shared_secret'
    const { type, shared_secret: secret } = within(settings.client_authentication)
    if (type !== (secret === undefined ? 'shared_secret' : 'none')) return []
    const typeKey = key('client_authentication.type')
    const message =
      type === 'none'
        ? `Setting [${key(setting)}] is not supported, because setting [${typeKey}] is [none]`
        : `Missing setting for [${key(setting)}]. It is required when setting [${typeKey}] is [shared_secret]`
    return [[setting, message]]
  }

  /** A browser application cannot keep a secret: whoever may send its tokens is no backend. */
  function selfActivationProblems(): Problem[] {
    const { type } = within(settings.client_authentication)
    if (settings.self_activation !== true || type !== 'shared_secret') return []
    const because = `because setting [${key('client_authentication.type')}] is [shared_secret]`
    return [['self_activation', `Setting [${key('self_activation')}] is not supported, ${because}`]]
  }

  function intervalProblems(): Problem[] {
    const { url_interval_min: least, url_interval_max: most } = within(settings.pkc_jwkset_reload)
    if (typeof least !== 'number' || typeof most !== 'number' || least <= most) return []
    const message = 'expected no less than url_interval_min, which is 1m if not set'
    return [['pkc_jwkset_reload.url_interval_max', message]]
  }
}

function isListOf<Word>(words: readonly Word[], given: unknown): given is Word[] {
  return Array.isArray(given) && given.length > 0 && given.every((one) => words.includes(one as Word))
}
