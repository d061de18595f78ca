// The use cases of the gateway, put together on open stores and realms: a part of the composition root.

import type { Logger } from 'pino'
import packageJson from '../package.json' with { type: 'json' }
import type { Audit } from './audit/audit.ts'
import { apiKeyRealm } from './authentication/apiKeys/apiKeyProof.ts'
import { createApiKeyRealm } from './authentication/apiKeys/apiKeyRealm.ts'
import { createApiKeys } from './authentication/apiKeys/apiKeys.ts'
import { createIdentifyCaller, type IdentifyCaller } from './authentication/caller.ts'
import { createChain } from './authentication/chain.ts'
import { createDomainOf } from './authentication/domain.ts'
import { createExplainGrant } from './authentication/explainGrant.ts'
import { createMappedSubject } from './authentication/mappedSubject.ts'
import type { Passwords } from './authentication/passwords.ts'
import { createProve } from './authentication/prove.ts'
import { createThrottle } from './authentication/throttle/throttle.ts'
import { createUsesPerMinute } from './authentication/throttle/usesPerMinute.ts'
import { createTokenRealm, tokenRealmRef } from './authentication/tokens/tokenRealm.ts'
import { createTokens } from './authentication/tokens/tokens.ts'
import { createUsers } from './authentication/users.ts'
import { createAuthorize } from './authorization/authorize.ts'
import { createMappedRoles } from './authorization/mappings/mappedRoles.ts'
import { createRoleMappings } from './authorization/mappings/roleMappings.ts'
import { createRoles } from './authorization/roles.ts'
import type { Settings } from './config.ts'
import type { UseCases } from './graphql/builder.ts'
import { createReadMetrics } from './metrics/readMetrics.ts'
import type { Metrics } from './metrics/metrics.ts'
import { createActivate } from './profile/activate.ts'
import { createActivateMine } from './profile/activateMine.ts'
import { createProfiles } from './profile/profiles.ts'
import { createSetProfileEnabled } from './profile/setProfileEnabled.ts'
import { createUpdateData } from './profile/updateData.ts'
import type { Realms } from './realms/realms.ts'
import type { Database } from './storage/database.ts'

/** What answers a request, with the same realms from beginning to end. */
export interface Answering {
  readonly realms: Realms
  readonly identifyCaller: IdentifyCaller
  readonly useCases: UseCases
}

interface UseCasesParts {
  settings: Settings
  database: Database
  /** The current ones. */
  realms: () => Realms
  passwords: Passwords
  audit: Pick<Audit, 'prove' | 'proof' | 'identifyCaller' | 'useCases'>
  metrics: Metrics
  /** Epoch milliseconds. */
  clock: () => number
  logger: Logger
}

/** Makes what answers requests with the current realms, and what waits until all attempts are counted. */
export function createUseCases(parts: UseCasesParts): {
  answering: () => Answering
  close: () => Promise<void>
} {
  const { settings, database, passwords, audit, metrics, clock, logger } = parts
  const profiles = metrics.profiles(database.profiles)
  const { users, roles, roleMappings, tokens, apiKeys, securityEpoch } = database
  const mappedRoles = createMappedRoles({
    stored: roleMappings,
    report: (name, cause) => {
      logger.warn({ err: cause }, `the role mapping [${name}] cannot be read, and gives no roles`)
    },
  })
  const mappedSubject = createMappedSubject(mappedRoles)
  const { throttle: counting, close } = createThrottle({
    ...settings.throttle,
    shared: database.attempts,
    report: (cause) => {
      metrics.verdictLost()
      logger.error({ err: cause }, 'could not count what was tried')
    },
    clock,
  })
  const throttle = metrics.throttle(counting)
  const authorize = createAuthorize(roles)
  const countOwnActivation = createUsesPerMinute(30, clock)
  const countExplanation = createUsesPerMinute(60, clock)
  let current = answeringBy(parts.realms())

  return {
    answering() {
      const realms = parts.realms()
      return current.realms === realms ? current : (current = answeringBy(realms))
    },
    close,
  }

  function answeringBy(realms: Realms): Answering {
    const { refOf: realmOf, selfActivates } = realms
    const ownTokens = createTokenRealm({ tokens, apiKeys, realmOf })
    const chain = createChain([
      metrics.realms.realm(tokenRealmRef, ownTokens),
      metrics.realms.realm(apiKeyRealm, createApiKeyRealm(apiKeys)),
      ...realms.chain,
    ])
    const prove = metrics.prove(audit.prove(createProve({ chain, throttle, mappedSubject, securityEpoch })))
    const domainOf = createDomainOf(realms.domains)
    const synchronization = { profiles, domainOf, unchangedGrace: settings.activation.unchanged_grace }

    const useCases: UseCases = {
      activate: createActivate({ authorize, prove, ...synchronization }),
      activateMine: createActivateMine({
        selfActivates,
        countUse: countOwnActivation,
        ...synchronization,
      }),
      profiles: createProfiles({ authorize, profiles, domainOf, selfActivates }),
      updateData: createUpdateData({
        authorize,
        profiles,
        maxSize: settings.profile.max_size,
      }),
      setProfileEnabled: createSetProfileEnabled({ authorize, profiles }),
      users: createUsers({ authorize, users, passwords }),
      tokens: createTokens({
        authorize,
        prove,
        tokens,
        realmOf,
        mappedSubject,
        timeout: settings.token.timeout,
        revokeOnReuse: settings.token.revoke_on_reuse,
        reportReuse: (reuse) => {
          logger.warn(reuse, 'a refresh token was used again')
        },
      }),
      apiKeys: createApiKeys({
        authorize,
        apiKeys,
        roles,
        domainOf,
        realmOf,
        retained: settings.api_key.delete.retention_period,
      }),
      explainGrant: createExplainGrant({
        authorize,
        realms: [{ ref: tokenRealmRef, realm: ownTokens, problem: () => null }, ...realms.named],
        throttle,
        recordProof: audit.proof,
        countUse: countExplanation,
      }),
      roles: createRoles({ authorize, roles }),
      roleMappings: createRoleMappings({ authorize, mappings: roleMappings }),
      readMetrics: createReadMetrics(authorize, metrics.expose),
      server: {
        name: packageJson.name,
        version: packageJson.version,
        clusterUuid: database.clusterUuid,
      },
    }
    return {
      realms,
      identifyCaller: metrics.identifyCaller(
        audit.identifyCaller(createIdentifyCaller({ prove, securityEpoch })),
      ),
      useCases: metrics.useCases(audit.useCases(useCases)),
    }
  }
}
