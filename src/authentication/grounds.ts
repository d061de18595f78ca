import type { Caller, TokenOrigin } from './subject.ts'

/**
 * What a caller's proof rests on in our database. What took long to prepare is written only while all of it still stands.
 */
export type Grounds = Pick<Caller, 'basis' | 'apiKey'> & { readonly token: TokenOrigin | null }
