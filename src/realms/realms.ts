// The realms of a configuration: which there are, in which order they are asked, and what each is made of. A part of
// the composition root.

import type { Logger } from 'pino'
import type { NamedRealm } from '../authentication/explainGrant.ts'
import type { Passwords } from '../authentication/passwords.ts'
import type { WatchTurn } from '../authentication/queue.ts'
import type { Realm } from '../authentication/realm.ts'
import { isSameRealm, type RealmRef } from '../authentication/subject.ts'
import type { RealmOf } from '../authentication/tokens/tokenSubject.ts'
import type { UserRepository } from '../authentication/userRepository.ts'
import type { Settings } from '../config.ts'
import { createRefTo, makeRealms, type MadeRealm } from './madeRealms.ts'

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

/**
 * Makes the realms: the reserved one, then those that are enabled. Of those `before`, the ones that are still the same
 * are kept, with what they remember.
 * @throws `CONFIGURATION` if keys cannot be used that stand in the configuration
 */
export function createRealms(parts: RealmsParts, before: Realms | null = null): Realms {
  return realmsOf(parts, makeRealms(parts, before?.made ?? []))
}

function realmsOf({ settings, watch }: RealmsParts, { asked, kept }: ReturnType<typeof makeRealms>): Realms {
  const { native, jwt } = settings.realms
  const refTo = createRefTo(settings.domains)
  const named = asked.map(({ ref, realm, problem }) => ({
    ...{ ref, problem },
    realm: watch?.realm(ref, realm) ?? realm,
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
      await Promise.all(asked.flatMap(({ ready }) => ready?.() ?? []))
    },
    refresh() {
      for (const { realm, sharedSecret } of kept) realm.refresh?.(sharedSecret)
    },
    close() {
      for (const { close } of asked) close()
    },
    closeBut(others) {
      for (const realm of asked) if (!others.made.includes(realm)) realm.close()
    },
  }
}
