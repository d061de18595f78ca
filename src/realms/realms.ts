// The realms of a configuration: which there are, in which order they are asked, and what each is made of. A part of
// the composition root.

import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { NamedRealm } from '../authentication/explainGrant.ts'
import { createNativeRealm, type NativeRealm } from '../authentication/native.ts'
import type { Passwords } from '../authentication/passwords.ts'
import type { WatchTurn } from '../authentication/queue.ts'
import type { Realm } from '../authentication/realm.ts'
import { isSameRealm, type RealmRef } from '../authentication/subject.ts'
import type { RealmOf } from '../authentication/tokens/tokenSubject.ts'
import { isReservedUsername } from '../authentication/username.ts'
import type { UserRepository } from '../authentication/userRepository.ts'
import type { Settings } from '../config.ts'
import { createConfiguredElasticsearchRealm } from './elasticsearchRealm.ts'
import { createConfiguredIntrospectionRealm } from './introspectionRealm.ts'
import { createConfiguredJwtRealm } from './jwtRealm.ts'

export interface Realms {
  /** In the order in which they are asked. */
  readonly chain: readonly Realm[]
  /** The same, with what they are called. */
  readonly named: readonly NamedRealm[]
  /** The same, with what each was made of. */
  readonly made: readonly MadeRealm[]
  readonly domains: Settings['domains']
  readonly refOf: RealmOf
  /** Whether the users of a realm of ours may activate their own profiles. */
  readonly selfActivates: (realm: RealmRef) => boolean
  /** Which of them cannot judge now, and why. */
  readonly problems: () => string[]
  readonly states: () => RealmState[]
  /** Resolves when each has the keys that it reads, or has failed to. */
  readonly ready: () => Promise<void>
  /** Has those that were kept read their keys again, and take the secrets of these settings. */
  readonly refresh: () => void
  readonly close: () => void
  /** Closes those of them that the others do not keep. */
  readonly closeBut: (others: Realms) => void
}

/** How a realm stands. Null: it has no such thing. */
export interface RealmState {
  readonly ref: RealmRef
  /** When its public keys were last read, in epoch milliseconds; null also while they never were. */
  readonly keysReadAt: number | null
  /** Whether its server is not asked for a while. */
  readonly isPaused: boolean | null
  /** How many proofs it remembers. */
  readonly remembered: number | null
}

/** What sees how realms do, and changes nothing about them. */
export interface RealmWatch {
  /** The same realm, seen when it is asked. */
  readonly realm: (ref: RealmRef, realm: Realm) => Realm
  /** What sees the questions to its server. */
  readonly questions: (ref: RealmRef) => WatchTurn
  /** What takes that its credentials were right: remembered, or proven anew. */
  readonly proofs: (ref: RealmRef) => (isRemembered: boolean) => void
}

export interface RealmsParts {
  settings: Pick<Settings, 'realms' | 'domains'>
  users: Pick<UserRepository, 'find' | 'findPassword' | 'rehash'>
  passwords: Passwords
  /** Epoch milliseconds. */
  clock: () => number
  logger: Logger
  watch?: RealmWatch
}

/** One of them, with what it needs beside being asked. */
export interface ConfiguredRealm extends NamedRealm {
  readonly state: () => Omit<RealmState, 'ref'>
  readonly ready?: () => Promise<void>
  /** Reads its keys again, and takes the secret that its clients share now. */
  readonly refresh?: (sharedSecret: string | null) => void
  readonly close: () => void
}

interface MadeRealm extends ConfiguredRealm {
  /** One that is made of the same is the same. */
  readonly madeOf: readonly unknown[]
}

/**
 * Makes the realms: the reserved one, then those that are enabled. Of those `before`, the ones that are still the same
 * are kept, with what they remember.
 * @throws `CONFIGURATION` if keys cannot be used that stand in the configuration
 */
export function createRealms(parts: RealmsParts, before: Realms | null = null): Realms {
  const made: MadeRealm[] = []
  try {
    return realmsOf(parts, before, made)
  } catch (thrown) {
    for (const { close } of made) close()
    throw thrown
  }
}

/** `made`: where those go that are new. */
function realmsOf(parts: RealmsParts, before: Realms | null, made: MadeRealm[]): Realms {
  const { settings, users, passwords } = parts
  const { native, jwt, elasticsearch, introspection } = settings.realms
  const refreshed: (() => void)[] = []
  const reserved = nativeRealm('reserved', 'reserved', isReservedUsername)
  const natives = Object.entries(native).map(([name, { order, enabled, ...own }]) => {
    const realm = nativeRealm('native', name, (username) => !isReservedUsername(username), own)
    return { ...{ name, order, enabled }, realm }
  })
  const configured = [
    ...natives.filter(({ enabled }) => enabled),
    ...enabledIn(jwt).map(([name, own]) => {
      const ref = refTo('jwt', name)
      const lookUp = own.authorization_realms ? inTurn(own.authorization_realms) : null
      const lookedUpIn = lookUp && natives.map(({ realm }) => realm.ref)
      const secret = own.client_authentication.shared_secret?.value ?? null
      const make = () => createConfiguredJwtRealm(ref, own, lookUp, parts)
      return placed(ref, withoutReadSecret(own), lookedUpIn, make, secret)
    }),
    ...enabledIn(elasticsearch).map(([name, own]) => {
      const ref = refTo('elasticsearch', name)
      const make = () => createConfiguredElasticsearchRealm(ref, own, refTo, parts)
      return placed(ref, own, settings.domains, make)
    }),
    ...enabledIn(introspection).map(([name, own]) => {
      const ref = refTo('introspection', name)
      return placed(ref, own, null, () => createConfiguredIntrospectionRealm(ref, own, parts))
    }),
  ]
  const inOrder = configured.sort((one, other) => one.order - other.order).map(({ realm }) => realm)
  const asked: MadeRealm[] = [reserved, ...inOrder]
  const named = asked.map(({ ref, realm, problem }) => ({
    ...{ ref, problem },
    realm: parts.watch?.realm(ref, realm) ?? realm,
  }))
  return {
    chain: named.map(({ realm }) => realm),
    named,
    made: asked,
    domains: settings.domains,
    refOf(type, name, via) {
      const isIt = (ref: RealmRef) =>
        via === null ? isSameRealm(ref, { type, name }) : ref.type === 'elasticsearch' && ref.name === via
      const found = asked.find(({ ref }) => isIt(ref))
      return found && via !== null ? refTo(type, name) : (found?.ref ?? null)
    },
    selfActivates({ type, name }) {
      const own = type === 'native' ? Object.values(native)[0] : type === 'jwt' ? jwt[name] : undefined
      return own?.self_activation ?? false
    },
    problems: () => asked.flatMap(({ problem }) => problem() ?? []),
    states: () => asked.map(({ ref, state }) => ({ ref, ...state() })),
    async ready() {
      await Promise.all(asked.map(({ ready }) => ready?.()))
    },
    refresh() {
      for (const refresh of refreshed) refresh()
    },
    close() {
      for (const { close } of asked) close()
    },
    closeBut(others) {
      for (const realm of asked) if (!others.made.includes(realm)) realm.close()
    },
  }

  /** In its place: the one that was made of the same before, or a new one. `others`: what it knows of others. */
  function placed(
    ref: RealmRef,
    own: { readonly order: number },
    others: unknown,
    make: () => ConfiguredRealm,
    sharedSecret: string | null = null,
  ) {
    const { order } = own
    const madeOf = [ref, { ...own, order: null }, others]
    const kept = before?.made.find((one) => isDeepStrictEqual(one.madeOf, madeOf))
    if (kept) refreshed.push(() => kept.refresh?.(sharedSecret))
    const realm = kept ?? { ...make(), madeOf }
    if (!kept) made.push(realm)
    return { order, realm }
  }

  /** It remembers nothing, and need not be kept. */
  function nativeRealm(type: string, name: string, owns: (username: string) => boolean, own: unknown = null) {
    const ref = refTo(type, name)
    const report = (err: unknown) => {
      parts.logger.warn({ err }, 'an imported password hash could not be replaced')
    }
    const realm = createNativeRealm({ ref, users, passwords, owns, report })
    const state = () => ({ keysReadAt: null, isPaused: null, remembered: null })
    return { ref, realm, state, problem: () => null, close: () => undefined, madeOf: [ref, own] }
  }

  function refTo(type: string, name: string): RealmRef {
    const isIt = (one: Pick<RealmRef, 'type' | 'name'>) => isSameRealm(one, { type, name })
    const domain = settings.domains.find(({ realms }) => realms.some(isIt))
    return { type, name, domain: domain?.name ?? null }
  }

  /** Looks a user up in the named realms, all of which are native. */
  function inTurn(names: readonly string[]): NativeRealm['lookUp'] {
    const realms = natives.filter(({ name }) => names.includes(name)).map(({ realm: { realm } }) => realm)
    return async (username) => {
      for (const realm of realms) {
        const found = await realm.lookUp(username)
        if (found) return found
      }
      return null
    }
  }
}

/** Its settings but for the secret that it takes from a file at any time. */
function withoutReadSecret(own: Settings['realms']['jwt'][string]) {
  const { shared_secret: secret, ...client } = own.client_authentication
  const lasting = secret?.file ? secret.file : secret
  return { ...own, client_authentication: { ...client, shared_secret: lasting } }
}

function enabledIn<Own extends { readonly enabled: boolean }>(named: Readonly<Record<string, Own>>) {
  return Object.entries(named).filter(([, { enabled }]) => enabled)
}
