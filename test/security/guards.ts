import type { Guard } from './guard.ts'
import { timingGuards } from './timingGuards.ts'

/** Every guard that docs/security.md names, in its order. */
export const guards: readonly Guard[] = [...timingGuards]
