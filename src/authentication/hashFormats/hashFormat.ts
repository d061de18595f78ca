/** A way in which passwords are hashed. Verifying goes off the event loop. */
export interface HashFormat {
  /** What its hashes begin with, and no others. */
  readonly prefix: RegExp
  /** What its hashes must be, so that passwords can be verified against them: the end of a sentence about one. */
  readonly rule: string
  /** What verifying against a hash costs, in the format's own measure. Null: the hash is not what it must be. */
  costOf(hash: string): number | null
  /** A hash of that cost, and of no password: whatever is verified against it is wrong. */
  decoy(cost: number): string
  verify(hash: string, password: string): Promise<boolean>
  /** Whether no other password has the same hash as this one. */
  isExact(password: string): boolean
}
