import { z } from 'zod'
import { signatureAlgorithms } from '../authentication/jwt/algorithm.ts'
import { isPattern } from '../wildcard.ts'
import { claimSettings, fallbackClaim, requiredClaims } from './claim.ts'
import { connection } from './connection.ts'
import { jwtRealmProblems } from './jwtRealmProblems.ts'
import { keySource } from './keySource.ts'
import { keyOf, realmSetting, type RealmPlace } from './realmSetting.ts'
import { duration, durationFrom, enabled, integer, order, within, yesOrNo } from './value.ts'

/** The settings of a JWT realm, named as Elasticsearch has them. Source: spec 5.1. */
export function jwtRealm(place: RealmPlace) {
  const { text, texts, choice, secret } = realmSetting(place)
  const { folder } = place.file

  return z
    .strictObject({
      order,
      enabled,
      token_type: choice('token_type', ['id_token', 'access_token'])
        .prefault('id_token')
        .describe('Which kind of token is taken.'),
      allowed_issuer: text('allowed_issuer').meta({
        examples: ['https://idp.example.com/'],
        description: 'What `iss` says, letter by letter: with or without a slash at the end.',
      }),
      allowed_audiences: texts('allowed_audiences').meta({
        examples: [['gateway']],
        description: '`aud` must contain one of these.',
      }),
      allowed_subjects: texts('allowed_subjects')
        .optional()
        .meta({
          examples: [['jacknich']],
          description:
            '`sub` must be one of these. For access tokens this or `allowed_subject_patterns` is required.',
        }),
      allowed_subject_patterns: texts('allowed_subject_patterns')
        .refine((patterns) => patterns.every(isPattern), 'a regular expression cannot be read')
        .optional()
        .meta({
          examples: [['*']],
          description:
            '`sub` must match one of these: text with `*` and `?`, or a regular expression (RE2) between slashes.',
        }),
      allowed_signature_algorithms: texts('allowed_signature_algorithms')
        .pipe(z.array(algorithm(place)))
        .prefault('RS256')
        .meta({
          ...{ items: { type: 'string', enum: signatureAlgorithms } },
          expected: `a list of ${signatureAlgorithms.join(', ')}`,
          description: 'The algorithms by which a token may be signed.',
        }),
      allowed_clock_skew: durationFrom(0, 3_600_000, 'a time of at most 1h').prefault('60s').meta({
        expected: 'a time of at most 1h',
        description: "How far the issuer's clock and the gateway's may differ.",
      }),
      fallback_claims: z
        .strictObject({
          sub: fallbackClaim(place, 'sub').optional(),
          aud: fallbackClaim(place, 'aud').optional(),
        })
        .prefault({})
        .describe('The claims that stand in for `sub` and `aud` where an access token lacks them.'),
      required_claims: requiredClaims(place).prefault({}),
      ...claimSettings(place),
      populate_user_metadata: yesOrNo()
        .default(true)
        .describe(
          'Whether simple claims, but for `exp`, `nbf` and `iat`, become `metadata.jwt_claim_<name>` of the user.',
        ),
      pkc_jwkset_path: text('pkc_jwkset_path')
        .transform(keySource(folder))
        .optional()
        .meta({
          ...{ expected: 'an https URL, or the path of a file', examples: ['https://idp.example.com/jwks'] },
          description:
            'The public keys, as a JWKS. Required for the algorithms RS, PS and ES. `http` leads only to this machine, as `127.0.0.1` or `[::1]`.',
        }),
      hmac_jwkset: secret('hmac_jwkset')
        .optional()
        .meta({
          examples: ['${file:hmac.jwks.json}'],
          description: 'The keys of the algorithms HS, as a JWKS. This or `hmac_key` is required for those.',
        }),
      hmac_key: secret('hmac_key')
        .optional()
        .meta({
          examples: ['${CORP_HMAC_KEY}'],
          description: 'The one key of the algorithms HS as text, as long as the hash: 32 bytes for HS256.',
        }),
      client_authentication: z
        .strictObject({
          type: choice('client_authentication.type', ['shared_secret', 'none'])
            .prefault('shared_secret')
            .describe(
              'How whoever brings a token proves to be a client; with `none`, anybody may bring one.',
            ),
          shared_secret: secret('client_authentication.shared_secret')
            .optional()
            .meta({
              examples: ['${CORP_CLIENT_SECRET}'],
              description: 'The secret that a client sends along. Required for `shared_secret`.',
            }),
          rotation_grace_period: duration
            .prefault('1m')
            .describe('How long the former secret is still accepted, after its file has changed.'),
        })
        .prefault({})
        .describe('Who may bring tokens.'),
      jwt: z
        .strictObject({
          cache: z
            .strictObject({
              ttl: duration
                .prefault('20m')
                .describe(
                  'How long verified tokens are remembered, never beyond `exp` or their key; 0: not at all.',
                ),
              size: integer(0, 10_000_000)
                .default(100_000)
                .describe('How many of them are remembered; 0: none.'),
            })
            .prefault({})
            .describe('What is remembered of verified tokens.'),
        })
        .prefault({})
        .describe('How tokens are dealt with.'),
      ...connection(place),
      pkc_jwkset_reload: z
        .strictObject({
          enabled: yesOrNo()
            .default(true)
            .describe(
              'Whether they are read again at intervals; if not, only after an unknown `kid` or a failed signature.',
            ),
          file_interval: interval.prefault('5m').describe('How often a file is read.'),
          url_interval_min: interval
            .prefault('1m')
            .describe(
              'How often a URL is read at most. Between this and the maximum, its `Cache-Control: max-age` decides.',
            ),
          url_interval_max: interval.optional().meta({
            examples: ['5m'],
            description:
              'How often a URL is read at least. If not set: 5m, or the minimum where that is more.',
          }),
        })
        .prefault({})
        .describe('When public keys are read again.'),
      self_activation: yesOrNo()
        .default(false)
        .describe(
          "Whether its users may activate their own profiles, by its tokens and by the gateway's; not with a shared secret.",
        ),
      authorization_realms: texts('authorization_realms')
        .optional()
        .meta({
          examples: [['native']],
          description:
            "The native realm whose users' roles, names and addresses count in place of what a token says. Users who are unknown or disabled there are refused.",
        }),
    })
    .superRefine(
      (settings, context) => {
        for (const [setting, message] of jwtRealmProblems(place, within(settings)))
          context.addIssue({ code: 'custom', path: setting.split('.'), message })
      },
      { when: () => true },
    )
}

const interval = durationFrom(1_000, 864_000_000, 'from 1s to 10d')

function algorithm(place: RealmPlace) {
  const key = keyOf(place, 'allowed_signature_algorithms')
  const allowed = `Allowed values are [${signatureAlgorithms.join()}].`
  return z.enum(signatureAlgorithms, {
    error: ({ input }) => `Invalid value [${String(input)}] for [${key}]. ${allowed}`,
  })
}
