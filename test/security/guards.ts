import { graphqlGuards } from './graphqlGuards.ts'
import type { Guard } from './guard.ts'

/** Every guard that docs/security.md names, in its order. */
export const guards: readonly Guard[] = [...graphqlGuards]
