import { keyOf, type RealmPlace } from './realmSetting.ts'

const hmac = ['HS256', 'HS384', 'HS512'] as const
const pkc = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const

export const signatureAlgorithms = [...hmac, ...pkc] as const

/** What settings of a JWT realm can contradict each other in. */
interface Settings {
  readonly token_type: 'id_token' | 'access_token'
  readonly allowed_subjects?: unknown
  readonly allowed_subject_patterns?: unknown
  readonly allowed_signature_algorithms: readonly (typeof signatureAlgorithms)[number][]
  readonly fallback_claims: object
  readonly claims: object
  readonly claim_patterns: object
  readonly pkc_jwkset_path?: unknown
  readonly hmac_jwkset?: unknown
  readonly hmac_key?: unknown
  readonly client_authentication: {
    readonly type: 'shared_secret' | 'none'
    readonly shared_secret?: unknown
  }
  readonly pkc_jwkset_reload: { readonly url_interval_min: number; readonly url_interval_max: number }
}

type Problem = readonly [setting: string, message: string]

/** Where settings of a JWT realm contradict each other, each setting with what is wrong. Source: spec 5.1. */
export function jwtRealmProblems(place: RealmPlace, settings: Settings): Problem[] {
  const key = (setting: string) => keyOf(place, setting)
  return [
    ...subjectProblems(),
    ...fallbackProblems(),
    ...patternProblems(),
    ...publicKeyProblems(),
    ...hmacProblems(),
    ...clientProblems(),
    ...intervalProblems(),
  ]

  function subjectProblems(): Problem[] {
    const { token_type: type, allowed_subjects: subjects, allowed_subject_patterns: patterns } = settings
    if (type === 'id_token' || (subjects ?? patterns) !== undefined) return []
    const either = `[${key('allowed_subjects')}] or [${key('allowed_subject_patterns')}]`
    return [['allowed_subjects', `One of either ${either} must be specified and not be empty.`]]
  }

  function fallbackProblems(): Problem[] {
    if (settings.token_type === 'access_token') return []
    return givenIn(settings.fallback_claims).map((claim) => {
      const setting = `fallback_claims.${claim}`
      const where = `when JWT realm [${place.name}] is [id_token] type`
      return [setting, `fallback claim setting [${key(setting)}] is not allowed ${where}`]
    })
  }

  function patternProblems(): Problem[] {
    const claims = givenIn(settings.claims)
    return givenIn(settings.claim_patterns)
      .filter((claim) => !claims.includes(claim))
      .map((claim) => {
        const setting = `claim_patterns.${claim}`
        return [
          setting,
          `Setting [${key(setting)}] cannot be set unless [${key(`claims.${claim}`)}] is also set`,
        ]
      })
  }

  function publicKeyProblems(): Problem[] {
    return needProblems('pkc_jwkset_path', pkc, settings.pkc_jwkset_path !== undefined)
  }

  function hmacProblems(): Problem[] {
    const { hmac_jwkset: set, hmac_key: one } = settings
    const both = `Settings [${key('hmac_jwkset')}] and [${key('hmac_key')}] cannot be used together`
    if (set !== undefined && one !== undefined) return [['hmac_key', both]]
    return needProblems(set === undefined ? 'hmac_key' : 'hmac_jwkset', hmac, (set ?? one) !== undefined)
  }

  /** Keys are given exactly where an allowed algorithm uses them. */
  function needProblems(setting: string, kind: readonly string[], isGiven: boolean): Problem[] {
    const needing = settings.allowed_signature_algorithms.filter((one) => kind.includes(one))
    if (needing.length > 0 === isGiven) return []
    const message = isGiven
      ? `Setting [${key(setting)}] is not supported, because no allowed signature algorithm uses it`
      : `Missing setting for [${key(setting)}]. It is required for the algorithms [${needing.join()}]`
    return [[setting, message]]
  }

  function clientProblems(): Problem[] {
    const setting = 'client_authentication.shared_secret'
    const { type, shared_secret: secret } = settings.client_authentication
    if ((type === 'shared_secret') === (secret !== undefined)) return []
    const typeKey = key('client_authentication.type')
    const message =
      type === 'none'
        ? `Setting [${key(setting)}] is not supported, because setting [${typeKey}] is [none]`
        : `Missing setting for [${key(setting)}]. It is required when setting [${typeKey}] is [shared_secret]`
    return [[setting, message]]
  }

  function intervalProblems(): Problem[] {
    const { url_interval_min: least, url_interval_max: most } = settings.pkc_jwkset_reload
    return least <= most
      ? []
      : [
          [
            'pkc_jwkset_reload.url_interval_max',
            'expected no less than url_interval_min, which is 1m if not set',
          ],
        ]
  }
}

function givenIn(settings: object): string[] {
  return Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [name]))
}
