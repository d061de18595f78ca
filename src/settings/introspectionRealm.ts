import { z } from 'zod'
import { claimSettings, requiredClaims } from './claim.ts'
import { connection } from './connection.ts'
import { introspectionRealmProblems } from './introspectionRealmProblems.ts'
import { endpoint } from './keySource.ts'
import { realmSetting, type RealmPlace } from './realmSetting.ts'
import { duration, enabled, integer, order, within, yesOrNo } from './value.ts'

/** The settings of a realm that asks an OAuth server whose an opaque token is. Source: RFC 7662. */
export function introspectionRealm(place: RealmPlace) {
  const { text, texts, choice, secret } = realmSetting(place)
  return z
    .strictObject({
      order,
      enabled,
      op: z
        .strictObject({
          issuer: text('op.issuer').meta({
            examples: ['https://oauth.example.com'],
            description:
              'What `iss` must be, letter by letter, if the server states it; also the audience of what a private key signs.',
          }),
          introspection_endpoint: text('op.introspection_endpoint')
            .transform(endpoint)
            .meta({
              ...{ expected: 'an https URL', examples: ['https://oauth.example.com/oauth/v2/introspect'] },
              description:
                'Where the server is asked (RFC 7662). `http` leads only to this machine, as `127.0.0.1` or `[::1]`.',
            }),
        })
        .prefault({} as never)
        .describe("The server, named as Elasticsearch's OpenID Connect realm has it."),
      rp: z
        .strictObject({
          client_id: text('rp.client_id').meta({
            examples: ['profile-gateway'],
            description: 'The id of a client that may introspect.',
          }),
          client_auth_method: choice('rp.client_auth_method', [
            'client_secret_basic',
            'client_secret_post',
            'private_key_jwt',
          ])
            .prefault('client_secret_basic')
            .describe('How the gateway authenticates there.'),
          client_secret: secret('rp.client_secret')
            .optional()
            .meta({
              examples: ['${OAUTH_CLIENT_SECRET}'],
              description: "The client's secret, for `client_secret_basic` and `client_secret_post`.",
            }),
          client_private_key: secret('rp.client_private_key')
            .optional()
            .meta({
              examples: ['${file:client.jwk.json}'],
              description:
                'A private key, as a JWK with its `alg` and the `kid` by which the server knows it, for `private_key_jwt`.',
            }),
        })
        .prefault({} as never)
        .describe('The gateway as a client of that server.'),
      allowed_audiences: texts('allowed_audiences')
        .optional()
        .meta({
          examples: [['profile-gateway']],
          description: '`aud` must contain one of these. This or `allowed_clients` is required.',
        }),
      allowed_clients: texts('allowed_clients')
        .optional()
        .meta({
          examples: [['portal']],
          description:
            '`client_id`, the application that got the token, must be one of these. This or `allowed_audiences` is required; where both are set, both count.',
        }),
      required_claims: requiredClaims(place).prefault({}),
      ...claimSettings(place),
      populate_user_metadata: yesOrNo()
        .default(true)
        .describe('Whether simple claims become `metadata.introspection_claim_<name>` of the user.'),
      cache: z
        .strictObject({
          ttl: duration
            .prefault('60s')
            .describe('How long active tokens are remembered, never beyond `exp`; 0 asks every time.'),
          size: integer(0, 10_000_000).default(100_000).describe('How many of them are remembered.'),
        })
        .prefault({})
        .describe('What is remembered of active tokens, tied to a hash of them.'),
      ...connection(place),
    })
    .superRefine(
      (settings, context) => {
        for (const [setting, message] of introspectionRealmProblems(place, within(settings)))
          context.addIssue({ code: 'custom', path: setting.split('.'), message })
      },
      { when: () => true },
    )
}
