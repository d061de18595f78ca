import type { Guard } from './guard.ts'
import { queueGuards } from './queueGuards.ts'

/** Every guard that docs/security.md names, in its order. */
export const guards: readonly Guard[] = [...queueGuards]
