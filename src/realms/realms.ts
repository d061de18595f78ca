// The realms of a configuration: which there are, in which order they are asked, and what each is made of. A part of
// the composition root.

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
import { createConfiguredIntrospectionRealm } from './introspectionRealm.ts'
import { createConfiguredElasticsearchRealm } from './elasticsearchRealm.ts'
import { createConfiguredJwtRealm } from './jwtRealm.ts'

export interface Realms {
  /** In the order in which they are asked. */
  readonly chain: readonly Realm[]
  /** The same, with what they are called. */
  readonly named: readonly NamedRealm[]
  readonly refOf: RealmOf
  /** Whether the users of a realm of ours may activate their own profiles. */
  readonly selfActivates: (realm: RealmRef) => boolean
  /** Which of them cannot judge now, and why. */
  readonly problems: () => string[]
  readonly states: () => RealmState[]
  readonly close: () => void
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
  readonly close: () => void
}

/**
 * Makes the realms: the reserved one, then those that are enabled.
 * @throws `CONFIGURATION` if keys cannot be used that stand in the configuration
 */
export function createRealms(parts: RealmsParts): Realms {
  const { settings, users, passwords } = parts
  const { native, jwt, elasticsearch, introspection } = settings.realms
  const reserved = nativeRealm('reserved', 'reserved', isReservedUsername)
  const natives = Object.entries(native).map(([name, { order, enabled }]) => {
    const realm = nativeRealm('native', name, (username) => !isReservedUsername(username))
    return { ...realm, name, order, enabled }
  })
  const configured = [
    ...natives.filter(({ enabled }) => enabled),
    ...enabledIn(jwt).map(([name, own]) => {
      const lookUp = own.authorization_realms ? inTurn(own.authorization_realms) : null
      return { ...createConfiguredJwtRealm(refTo('jwt', name), own, lookUp, parts), ...own }
    }),
    ...enabledIn(elasticsearch).map(([name, own]) => {
      const ref = refTo('elasticsearch', name)
      return { ...createConfiguredElasticsearchRealm(ref, own, refTo, parts), ...own }
    }),
    ...enabledIn(introspection).map(([name, own]) => {
      const ref = refTo('introspection', name)
      return { ...createConfiguredIntrospectionRealm(ref, own, parts), ...own }
    }),
  ]
  const asked: ConfiguredRealm[] = [reserved, ...configured.sort((one, other) => one.order - other.order)]
  const named = asked.map(({ ref, realm, problem }) => ({
    ...{ ref, problem },
    realm: parts.watch?.realm(ref, realm) ?? realm,
  }))
  return {
    chain: named.map(({ realm }) => realm),
    named,
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
    close() {
      for (const { close } of asked) close()
    },
  }

  function nativeRealm(type: string, name: string, owns: (username: string) => boolean) {
    const ref = refTo(type, name)
    const report = (err: unknown) => {
      parts.logger.warn({ err }, 'an imported password hash could not be replaced')
    }
    const realm = createNativeRealm({ ref, users, passwords, owns, report })
    const state = () => ({ keysReadAt: null, isPaused: null, remembered: null })
    return { ref, realm, state, problem: () => null, close: () => undefined }
  }

  function refTo(type: string, name: string): RealmRef {
    const isIt = (one: Pick<RealmRef, 'type' | 'name'>) => isSameRealm(one, { type, name })
    const domain = settings.domains.find(({ realms }) => realms.some(isIt))
    return { type, name, domain: domain?.name ?? null }
  }

  /** Looks a user up in the named realms, all of which are native. */
  function inTurn(names: readonly string[]): NativeRealm['lookUp'] {
    const realms = natives.filter(({ name }) => names.includes(name)).map(({ realm }) => realm)
    return async (username) => {
      for (const realm of realms) {
        const found = await realm.lookUp(username)
        if (found) return found
      }
      return null
    }
  }
}

function enabledIn<Own extends { readonly enabled: boolean }>(named: Readonly<Record<string, Own>>) {
  return Object.entries(named).filter(([, { enabled }]) => enabled)
}
