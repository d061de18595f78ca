/** A way in which passwords are hashed. Verifying goes off the event loop. */
export interface HashFormat {
  /** What its hashes begin with, and no others. */
  readonly prefix: RegExp
  /** What its hashes must be, so that passwords can be verified against them: the end of a sentence about one. */
  readonly rule: string
  /** What verifying can cost, in the format's own measure. */
  readonly costs: readonly number[]
  /** Which of the costs verifying against a hash has. Null: the hash is not what it must be. */
  costOf(hash: string): number | null
  /** A hash of that cost, and of no password: whatever is verified against it is wrong. */
  decoy(cost: number): string
  verify(hash: string, password: string): Promise<boolean>
  /** Whether a password that proves right is surely the one that was hashed: of some passwords only a part is hashed. */
  isExact(password: string): boolean
}
