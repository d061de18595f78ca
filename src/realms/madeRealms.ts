import { isDeepStrictEqual } from 'node:util'
import { createNativeRealm, type NativeRealm } from '../authentication/native.ts'
import { isSameRealm, type RealmRef } from '../authentication/subject.ts'
import { isReservedUsername } from '../authentication/username.ts'
import type { Settings } from '../config.ts'
import { createConfiguredElasticsearchRealm } from './elasticsearchRealm.ts'
import { createConfiguredIntrospectionRealm } from './introspectionRealm.ts'
import { createConfiguredJwtRealm } from './jwtRealm.ts'
import type { ConfiguredRealm, RealmsParts } from './realms.ts'

/** A realm, and whether it would be the same if it were made anew. */
export interface MadeRealm extends ConfiguredRealm {
  /** One that is made of the same is the same. */
  readonly madeOf: readonly unknown[]
}

/** A realm that was there before, and the secret that its clients share now. */
export interface KeptRealm {
  readonly realm: MadeRealm
  readonly sharedSecret: string | null
}

/**
 * Makes the realms in the order in which they are asked. Of those before, the ones that are still the same are kept, with
 * what they remember. What lives on in a realm knows nothing of others that may be replaced: it would keep them in memory.
 * @throws `CONFIGURATION` if keys cannot be used that stand in the configuration
 */
export function makeRealms(
  parts: RealmsParts,
  before: readonly MadeRealm[],
): { asked: readonly MadeRealm[]; kept: readonly KeptRealm[] } {
  const { native, jwt, elasticsearch, introspection } = parts.settings.realms
  const refTo = createRefTo(parts.settings.domains)
  const made: MadeRealm[] = []
  const kept: KeptRealm[] = []
  const reserved = nativeRealm(parts, refTo('reserved', 'reserved'), isReservedUsername)
  const natives = Object.entries(native).map(([name, { order, enabled, ...own }]) => {
    return { ...{ name, order, enabled }, realm: nativeRealm(parts, refTo('native', name), isFree, own) }
  })
  try {
    const configured = [
      ...natives.filter(({ enabled }) => enabled),
      ...enabledIn(jwt).map(([name, own]) => {
        const ref = refTo('jwt', name)
        const { authorization_realms: names } = own
        const lookUp = names
          ? inTurn(natives.filter((one) => names.includes(one.name)).map(({ realm }) => realm.realm))
          : null
        const lookedUpIn = lookUp && natives.map(({ realm }) => realm.ref)
        const secret = own.client_authentication.shared_secret?.value ?? null
        const make = () => createConfiguredJwtRealm(ref, own, lookUp, parts)
        return placed(ref, withoutReadSecret(own), lookedUpIn, make, secret)
      }),
      ...enabledIn(elasticsearch).map(([name, own]) => {
        const ref = refTo('elasticsearch', name)
        const make = () => createConfiguredElasticsearchRealm(ref, own, refTo, parts)
        return placed(ref, own, parts.settings.domains, make)
      }),
      ...enabledIn(introspection).map(([name, own]) => {
        const ref = refTo('introspection', name)
        return placed(ref, own, null, () => createConfiguredIntrospectionRealm(ref, own, parts))
      }),
    ]
    const inOrder = configured.sort((one, other) => one.order - other.order).map(({ realm }) => realm)
    return { asked: [reserved, ...inOrder], kept }
  } catch (thrown) {
    for (const { close } of made) close()
    throw thrown
  }

  /** In its place: the one that was made of the same before, or a new one. `others`: what it knows of others. */
  function placed(
    ref: RealmRef,
    own: { readonly order: number },
    others: unknown,
    make: () => ConfiguredRealm,
    sharedSecret: string | null = null,
  ): { order: number; realm: MadeRealm } {
    const { order } = own
    const madeOf = [ref, { ...own, order: null }, others]
    const same = before.find((one) => isDeepStrictEqual(one.madeOf, madeOf))
    const realm = same ?? { ...make(), madeOf }
    if (same) kept.push({ realm, sharedSecret })
    else made.push(realm)
    return { order, realm }
  }
}

/** Makes what finds out what a realm is called, with its domain. */
export function createRefTo(domains: Settings['domains']) {
  return function refTo(type: string, name: string): RealmRef {
    const isIt = (one: Pick<RealmRef, 'type' | 'name'>) => isSameRealm(one, { type, name })
    const domain = domains.find(({ realms }) => realms.some(isIt))
    return { type, name, domain: domain?.name ?? null }
  }
}

function isFree(username: string): boolean {
  return !isReservedUsername(username)
}

/** It remembers nothing, and need not be kept. */
function nativeRealm(
  { users, passwords, logger }: RealmsParts,
  ref: RealmRef,
  owns: (username: string) => boolean,
  own: unknown = null,
) {
  const report = (err: unknown) => {
    logger.warn({ err }, 'an imported password hash could not be replaced')
  }
  const realm = createNativeRealm({ ref, users, passwords, owns, report })
  const state = () => ({ keysReadAt: null, isPaused: null, remembered: null })
  return { ref, realm, state, problem: () => null, close: () => undefined, madeOf: [ref, own] }
}

/** Looks a user up in one native realm after the other. */
function inTurn(realms: readonly NativeRealm[]): NativeRealm['lookUp'] {
  return async (username) => {
    for (const realm of realms) {
      const found = await realm.lookUp(username)
      if (found) return found
    }
    return null
  }
}

/** Its settings but for the secret that it takes from a file at any time. */
function withoutReadSecret(own: Settings['realms']['jwt'][string]) {
  const { shared_secret: secret, ...client } = own.client_authentication
  const lasting = secret?.file ?? secret
  return { ...own, client_authentication: { ...client, shared_secret: lasting } }
}

/** Those of one type that are asked, by name. */
export function enabledIn<Own extends { readonly enabled: boolean }>(named: Readonly<Record<string, Own>>) {
  return Object.entries(named).filter(([, { enabled }]) => enabled)
}
