import { ClientSecretBasic, ClientSecretPost, PrivateKeyJwt, type ClientAuth } from 'oauth4webapi'
import { readClientKey } from '../authentication/introspection/clientKey.ts'
import { createIntrospection } from '../authentication/introspection/introspection.ts'
import { createIntrospectionRealm } from '../authentication/introspection/introspectionRealm.ts'
import type { IntrospectionTerms } from '../authentication/introspection/introspectionTerms.ts'
import type { JwtClaims } from '../authentication/jwt/jwtUser.ts'
import { createVerifiedTokens } from '../authentication/jwt/verifiedTokens.ts'
import { createRemote } from '../authentication/remote/remote.ts'
import type { RealmRef } from '../authentication/subject.ts'
import type { Settings } from '../config.ts'
import { Failure } from '../errors.ts'
import { claimSourcesOf } from './claimSources.ts'
import { connectionOf, reportFullTo } from './connectionOf.ts'
import type { ConfiguredRealm, RealmsParts } from './realms.ts'

type IntrospectionSettings = Settings['realms']['introspection'][string]

/** Makes an introspection realm of its settings. */
export function createConfiguredIntrospectionRealm(
  ref: RealmRef,
  settings: IntrospectionSettings,
  { clock, logger: parent, watch }: Pick<RealmsParts, 'clock' | 'logger' | 'watch'>,
): ConfiguredRealm {
  const { op, rp } = settings
  const { ttl, size } = settings.cache
  const logger = parent.child({ realm: `${ref.type}/${ref.name}`, server: op.introspection_endpoint })
  const remote = createRemote({
    ...connectionOf(settings),
    clock,
    report(reason) {
      logger.warn(
        reason === null ? 'its server answers again' : `its server is not asked for a while: ${reason}`,
      )
    },
    reportFull: reportFullTo(logger),
    ...(watch && { watch: watch.questions(ref) }),
  })
  const remembered = createVerifiedTokens({
    ...{ ttl, size, clock },
    ...(watch && { count: watch.proofs(ref) }),
  })
  const introspection = createIntrospection({
    issuer: op.issuer,
    endpoint: op.introspection_endpoint,
    clientId: rp.client_id,
    clientAuthentication: clientAuthenticationOf(rp),
    remote,
    report(reason) {
      logger.warn(
        reason === null
          ? 'its server says whose tokens are again'
          : `its server does not say whose tokens are: ${reason}`,
      )
    },
  })
  const realm = createIntrospectionRealm({
    ...{ ref, ttl, remembered, clock },
    ask: introspection.ask,
    terms: termsOf(settings),
    claims: claimsOf(settings),
    report(reason) {
      logger.debug({ reason }, 'a token was refused')
    },
  })
  return {
    ref,
    realm,
    problem() {
      const problem = introspection.problem()
      return problem && `the realm [${ref.name}] cannot learn whose tokens are: ${problem}`
    },
    state: () => ({ keysReadAt: null, isPaused: remote.isPaused(), remembered: remembered.size() }),
    close() {
      remote.close()
    },
  }
}

function clientAuthenticationOf(rp: IntrospectionSettings['rp']): ClientAuth {
  const secret = rp.client_secret?.value ?? ''
  if (rp.client_auth_method === 'client_secret_basic') return ClientSecretBasic(secret)
  if (rp.client_auth_method === 'client_secret_post') return ClientSecretPost(secret)
  const key = readClientKey(rp.client_private_key?.value ?? '')
  if (typeof key === 'string') throw new Failure('CONFIGURATION', key)
  return PrivateKeyJwt(key)
}

function termsOf(settings: IntrospectionSettings): IntrospectionTerms {
  return {
    issuer: settings.op.issuer,
    audiences: settings.allowed_audiences ?? null,
    clients: settings.allowed_clients ?? null,
    requiredClaims: settings.required_claims,
  }
}

function claimsOf(settings: IntrospectionSettings): JwtClaims {
  return {
    ...claimSourcesOf(settings),
    fallbackClaims: {},
    metadata: {
      fixed: {},
      prefix: settings.populate_user_metadata ? 'introspection_claim_' : null,
      isOfJwt: false,
    },
  }
}
