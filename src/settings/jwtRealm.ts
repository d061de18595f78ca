import { z } from 'zod'
import { signatureAlgorithms } from '../authentication/jwt/algorithm.ts'
import { isPattern } from '../wildcard.ts'
import { claimSettings, fallbackClaim, requiredClaims } from './claim.ts'
import { connection } from './connection.ts'
import { jwtRealmProblems } from './jwtRealmProblems.ts'
import { keySource } from './keySource.ts'
import { keyOf, realmSetting, type RealmPlace } from './realmSetting.ts'
import { duration, durationFrom, integer, order, within, yesOrNo } from './value.ts'

/** The settings of a JWT realm, named as Elasticsearch has them. Source: spec 5.1. */
export function jwtRealm(place: RealmPlace) {
  const { text, texts, choice, secret } = realmSetting(place)
  const { folder } = place.file

  return z
    .strictObject({
      /** The place in the chain: realms are asked in ascending order. */
      order,
      enabled: yesOrNo().default(true),
      token_type: choice('token_type', ['id_token', 'access_token']).prefault('id_token'),
      /** What `iss` says, to the letter. */
      allowed_issuer: text('allowed_issuer'),
      /** One of which `aud` has. */
      allowed_audiences: texts('allowed_audiences'),
      allowed_subjects: texts('allowed_subjects').optional(),
      /** With `*` and `?`, or a regular expression between slashes. */
      allowed_subject_patterns: texts('allowed_subject_patterns')
        .refine((patterns) => patterns.every(isPattern), 'a regular expression cannot be read')
        .optional(),
      allowed_signature_algorithms: texts('allowed_signature_algorithms')
        .pipe(z.array(algorithm(place)))
        .prefault('RS256'),
      allowed_clock_skew: durationFrom(0, 3_600_000, 'a time of at most 1h').prefault('60s'),
      /** The claims that stand in for `sub` and `aud` where an access token lacks them. */
      fallback_claims: z
        .strictObject({
          sub: fallbackClaim(place, 'sub').optional(),
          aud: fallbackClaim(place, 'aud').optional(),
        })
        .prefault({}),
      required_claims: requiredClaims(place).prefault({}),
      ...claimSettings(place),
      populate_user_metadata: yesOrNo().default(true),
      /** The public keys: an https URL, or a file beside this one. */
      pkc_jwkset_path: text('pkc_jwkset_path').transform(keySource(folder)).optional(),
      hmac_jwkset: secret('hmac_jwkset').optional(),
      hmac_key: secret('hmac_key').optional(),
      client_authentication: z
        .strictObject({
          type: choice('client_authentication.type', ['shared_secret', 'none']).prefault('shared_secret'),
          shared_secret: secret('client_authentication.shared_secret').optional(),
          /** How long the secret before is taken, after its file has got another. */
          rotation_grace_period: duration.prefault('1m'),
        })
        .prefault({}),
      /** What is remembered of verified tokens. */
      jwt: z
        .strictObject({
          cache: z
            .strictObject({
              ttl: duration.prefault('20m'),
              size: integer(0, 10_000_000).default(100_000),
            })
            .prefault({}),
        })
        .prefault({}),
      ...connection(place),
      /** When keys are read again. A server's `Cache-Control: max-age` counts between the two of URLs. */
      pkc_jwkset_reload: z
        .strictObject({
          enabled: yesOrNo().default(true),
          file_interval: interval.prefault('5m'),
          url_interval_min: interval.prefault('1m'),
          /** If not set: 5m, or the minimum where that is more. */
          url_interval_max: interval.optional(),
        })
        .prefault({}),
      /** Whether its users may activate their own profiles, by its tokens and by ours. */
      self_activation: yesOrNo().default(false),
      /** Whose users' roles, names and addresses count in place of what a token says. */
      authorization_realms: texts('authorization_realms').optional(),
    })
    .superRefine(
      (settings, context) => {
        for (const [setting, message] of jwtRealmProblems(place, within(settings)))
          context.addIssue({ code: 'custom', path: setting.split('.'), message })
      },
      { when: () => true },
    )
}

export type JwtRealmSettings = z.output<ReturnType<typeof jwtRealm>>

const interval = durationFrom(1_000, 864_000_000, 'from 1s to 10d')

function algorithm(place: RealmPlace) {
  const key = keyOf(place, 'allowed_signature_algorithms')
  const allowed = `Allowed values are [${signatureAlgorithms.join()}].`
  return z.enum(signatureAlgorithms, {
    error: ({ input }) => `Invalid value [${String(input)}] for [${key}]. ${allowed}`,
  })
}
