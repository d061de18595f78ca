/** Where a request comes from, as far as that is known. */
export interface Origin {
  /**
   * The address of the end user, as the request states it, or null. Whoever may not try a grant is not believed either:
   * it is looked at only once the caller's privilege is known.
   */
  readonly subjectAddress: string | null
}
