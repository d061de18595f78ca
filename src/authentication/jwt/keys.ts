import type { VerificationKey } from './verificationKey.ts'

/** The keys of one realm, as its signature check uses them. */
export interface Keys {
  /** Those that are known now; null if none could be had yet. Synchronous: the hot path. */
  current(): readonly VerificationKey[] | null
  /** Waits for the first load if that is under way. Resolves when keys are there or that load has failed. */
  ready(): Promise<void>
  /**
   * For a token whose key is unknown or whose signature fails: asks the source once more. True if other keys came of it.
   * Within the cooldown since the last such reload, or where too many wait for one already, nothing is asked: false. Never throws.
   */
  reload(): Promise<boolean>
  /** Has the source read once more from now on, whenever it was before. The keys that are known stay until then. */
  refresh(): void
  /** Why the realm cannot judge now, or by keys that may be withdrawn; else null. For readiness. */
  problem(): string | null
  /** When the source was last read, in epoch milliseconds; null: never, or the keys stand in the configuration. */
  readAt(): number | null
  close(): void
}

/** Keys that stand in the configuration: they change only with it. */
export function staticKeys(keys: readonly VerificationKey[]): Keys {
  return {
    current: () => keys,
    ready: () => Promise.resolve(),
    reload: () => Promise.resolve(false),
    refresh: () => undefined,
    problem: () => null,
    readAt: () => null,
    close: () => undefined,
  }
}
