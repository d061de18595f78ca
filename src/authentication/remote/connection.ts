/** How another server is reached, and for how long it is waited for. Times are in milliseconds. */
export interface Connection {
  /** Until the connection stands, TLS included. */
  readonly connectTimeout: number
  /** For the whole answer, once the connection stands. */
  readonly readTimeout: number
  /** The longest silence. */
  readonly socketTimeout: number
  readonly maxConnections: number
  /** In PEM. Without any, those that Node trusts. */
  readonly certificateAuthorities: readonly string[]
  readonly verificationMode: VerificationMode
}

/** What is asked of a certificate: authority and name, the authority alone, or nothing. */
export type VerificationMode = 'full' | 'certificate' | 'none'
