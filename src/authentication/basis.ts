/** The state of a user that a proof rests on. It stands until that user is written again. */
export interface Basis {
  readonly username: string
  /** Tells the user from an earlier one of that name. */
  readonly incarnation: string | null
  /** Counts the writes of the user. */
  readonly revision: number
}
