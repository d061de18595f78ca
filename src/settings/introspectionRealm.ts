import { z } from 'zod'
import { claimSettings, requiredClaims } from './claim.ts'
import { connection } from './connection.ts'
import { introspectionRealmProblems } from './introspectionRealmProblems.ts'
import { endpoint } from './keySource.ts'
import { realmSetting, type RealmPlace } from './realmSetting.ts'
import { duration, integer, order, within, yesOrNo } from './value.ts'

/** The settings of a realm that asks an OAuth server whose an opaque token is. Source: RFC 7662. */
export function introspectionRealm(place: RealmPlace) {
  const { text, texts, choice, secret } = realmSetting(place)
  return z
    .strictObject({
      /** The place in the chain: realms are asked in ascending order. */
      order,
      enabled: yesOrNo().default(true),
      /** The server, named as Elasticsearch's OpenID Connect realm has it. */
      op: z
        .strictObject({
          issuer: text('op.issuer'),
          introspection_endpoint: text('op.introspection_endpoint').transform(endpoint),
        })
        .prefault({} as never),
      /** Who the gateway is at that server. */
      rp: z
        .strictObject({
          client_id: text('rp.client_id'),
          client_auth_method: choice('rp.client_auth_method', [
            'client_secret_basic',
            'client_secret_post',
            'private_key_jwt',
          ]).prefault('client_secret_basic'),
          client_secret: secret('rp.client_secret').optional(),
          /** A private key, as a JWK with its `alg`. */
          client_private_key: secret('rp.client_private_key').optional(),
        })
        .prefault({} as never),
      /** One of which `aud` has. */
      allowed_audiences: texts('allowed_audiences').optional(),
      /** To which of these clients a token was issued. */
      allowed_clients: texts('allowed_clients').optional(),
      required_claims: requiredClaims(place).prefault({}),
      ...claimSettings(place),
      populate_user_metadata: yesOrNo().default(true),
      /** What is remembered of active tokens, tied to a hash of them. */
      cache: z
        .strictObject({
          ttl: duration.prefault('60s'),
          size: integer(0, 10_000_000).default(100_000),
        })
        .prefault({}),
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

export type IntrospectionRealmSettings = z.output<ReturnType<typeof introspectionRealm>>
