import type { Grounds } from '../../src/authentication/grounds.ts'

/** Nothing on which a write rests. */
export const groundless: Grounds = { basis: null, token: null, apiKey: null }
