import { hmacKeyOf, parseJwks } from '../authentication/jwt/jwks.ts'
import { createJwksFile } from '../authentication/jwt/jwksFile.ts'
import { createJwksUrl } from '../authentication/jwt/jwksUrl.ts'
import { createJwtRealm } from '../authentication/jwt/jwtRealm.ts'
import type { FallbackClaims } from '../authentication/jwt/jwt.ts'
import type { JwtTerms } from '../authentication/jwt/jwtTerms.ts'
import type { JwtClaims } from '../authentication/jwt/jwtUser.ts'
import { staticKeys, type Keys } from '../authentication/jwt/keys.ts'
import { createReloadedKeys } from '../authentication/jwt/reloadedKeys.ts'
import { watchSecretFile } from '../authentication/jwt/secretFile.ts'
import { anyClient, createSharedSecret, type ClientCheck } from '../authentication/jwt/sharedSecret.ts'
import { createVerifiedTokens } from '../authentication/jwt/verifiedTokens.ts'
import type { NativeRealm } from '../authentication/native.ts'
import type { RealmRef } from '../authentication/subject.ts'
import type { Settings } from '../config.ts'
import { claimSourcesOf } from './claimSources.ts'
import { connectionOf } from './connectionOf.ts'
import type { ConfiguredRealm, RealmsParts } from './realms.ts'

type JwtSettings = Settings['realms']['jwt'][string]

/** Makes a JWT realm of its settings. */
export function createConfiguredJwtRealm(
  ref: RealmRef,
  settings: JwtSettings,
  lookUp: NativeRealm['lookUp'] | null,
  { clock, logger: parent, watch }: Pick<RealmsParts, 'clock' | 'logger' | 'watch'>,
): ConfiguredRealm {
  const { kind, ...keySource } = settings.pkc_jwkset_path ?? { kind: null }
  const logger = parent.child({ realm: `${ref.type}/${ref.name}`, ...(kind && { keys: keySource }) })
  const { ttl, size } = settings.jwt.cache
  const verified = createVerifiedTokens({ ttl, size, clock, ...(watch && { count: watch.proofs(ref) }) })
  const client = clientOf()
  const keys = { hmac: hmacKeys(), pkc: publicKeys() }
  const realm = createJwtRealm({
    ...{ ref, keys, verified, lookUp, clock },
    terms: termsOf(settings),
    claims: claimsOf(settings),
    clientCheck: client.check,
    report: (reason) => {
      logger.debug({ reason }, 'a token was refused')
    },
  })
  return {
    ref,
    realm,
    problem() {
      const problem = keys.pkc?.problem() ?? null
      const effect = keys.pkc?.current() ? 'may still take withdrawn keys' : 'cannot verify tokens'
      return problem && `the realm [${ref.name}] ${effect}: ${problem}`
    },
    state: () => ({
      keysReadAt: keys.pkc?.readAt() ?? null,
      isPaused: null,
      remembered: verified.size(),
    }),
    async ready() {
      await keys.pkc?.ready()
    },
    refresh(sharedSecret) {
      if (sharedSecret !== null) client.replace(sharedSecret)
      keys.pkc?.refresh()
    },
    close() {
      client.close()
      keys.pkc?.close()
    },
  }

  function clientOf(): { check: ClientCheck; replace: (secret: string) => void; close: () => void } {
    const { shared_secret: secret, rotation_grace_period: gracePeriod } = settings.client_authentication
    if (!secret) return { check: anyClient, replace: () => undefined, close: () => undefined }
    const shared = createSharedSecret({ secret: secret.value, gracePeriod, clock })
    const report = (text: string) => {
      logger.warn(text)
    }
    const watch = { path: secret.file ?? '', changed: shared.replace, report }
    return { ...shared, close: secret.file === null ? () => undefined : watchSecretFile(watch) }
  }

  function hmacKeys(): Keys | null {
    const { hmac_jwkset: set, hmac_key: one, allowed_signature_algorithms: allowed } = settings
    if (!set && !one) return null
    const key = one ? hmacKeyOf(one.value, allowed) : null
    if (key) return staticKeys([key])
    const { keys: usable, skipped } = parseJwks(set?.value ?? '', 'hmac', allowed)
    if (skipped.length > 0) logger.warn(`some of its keys are not used: ${skipped.join('; ')}`)
    return staticKeys(usable)
  }

  function publicKeys(): Keys | null {
    const { pkc_jwkset_path: source, pkc_jwkset_reload: reload, http } = settings
    if (!source) return null
    const { url_interval_min: min, file_interval: interval } = reload
    const max = reload.url_interval_max ?? Math.max(min, 300_000)
    const isFile = source.kind === 'file'
    return createReloadedKeys({
      clock,
      read: isFile
        ? createJwksFile(source.path)
        : createJwksUrl({
            url: source.url,
            ...connectionOf(settings),
          }),
      parse: (text) => parseJwks(text, 'pkc', settings.allowed_signature_algorithms),
      intervals: { enabled: reload.enabled, min: isFile ? interval : min, max: isFile ? interval : max },
      timeout: http.connect_timeout + http.connection_read_timeout,
      changed: verified.forgetAll,
      report(text, err) {
        logger.warn({ ...(err !== undefined && { err }) }, text)
      },
    })
  }
}

function termsOf(settings: JwtSettings): JwtTerms {
  return {
    tokenType: settings.token_type,
    issuer: settings.allowed_issuer,
    audiences: settings.allowed_audiences,
    subjects: settings.allowed_subjects ?? [],
    subjectPatterns: settings.allowed_subject_patterns ?? [],
    algorithms: settings.allowed_signature_algorithms,
    clockSkew: settings.allowed_clock_skew,
    fallbackClaims: fallbackOf(settings),
    requiredClaims: settings.required_claims,
  }
}

function claimsOf(settings: JwtSettings): JwtClaims {
  return {
    ...claimSourcesOf(settings),
    fallbackClaims: fallbackOf(settings),
    metadata: {
      fixed: { jwt_token_type: settings.token_type },
      prefix: settings.populate_user_metadata ? 'jwt_claim_' : null,
      isOfJwt: true,
    },
  }
}

function fallbackOf({ fallback_claims: { sub, aud } }: JwtSettings): FallbackClaims {
  return { ...(sub !== undefined && { sub }), ...(aud !== undefined && { aud }) }
}
