/** A guard of the gateway, what the source is without it, and the test that must fail then. */
export interface Guard {
  /** The first column of its row in docs/security.md. */
  readonly item: string
  /** Below the root of the repository. */
  readonly file: string
  /** What stands in that file exactly once, and what stands there when the guard is taken away. */
  readonly without: readonly [guarded: string, unguarded: string]
  /** The test file, below `test/`. */
  readonly test: string
  /** The title of the test, or how it begins. */
  readonly title: string
  /** On which database it runs; without, SQLite. */
  readonly project?: 'postgresql'
}
