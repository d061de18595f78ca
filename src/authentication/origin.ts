/** Where a request comes from, as far as that is known. */
export interface Origin {
  /** Names the request in every log. */
  readonly requestId: string
  /** The network address of whoever sends it, or that it is the command line. */
  readonly address: string
  /**
   * The address of the end user, as the request states it, or null. Whoever may not try a grant is not believed either:
   * it is looked at only once the caller's privilege is known.
   */
  readonly subjectAddress: string | null
  /** The account of the operating system that types a command. */
  readonly account?: string
}
