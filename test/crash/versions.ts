/** The versions of one thing that clients write, one after the other: 1, 2, 3 … */
export interface Versions {
  /** A new version, which from now on may be found. */
  readonly send: () => number
  /** The gateway has said that this version is written. */
  readonly acknowledge: (version: number) => void
  /** The last one of which the gateway has said so, or 0. */
  readonly acknowledged: () => number
  /** Whether this version may be what is stored: the last acknowledged one, or one of which nobody knows. */
  readonly mayBeStored: (version: number) => boolean
}

/** Starts with none. */
export function createVersions(): Versions {
  let [sent, acknowledged] = [0, 0]
  const unknown = new Set<number>()
  return {
    send() {
      sent += 1
      unknown.add(sent)
      return sent
    },
    acknowledge(version) {
      unknown.delete(version)
      acknowledged = version
    },
    acknowledged: () => acknowledged,
    mayBeStored: (version) => version === acknowledged || unknown.has(version),
  }
}
