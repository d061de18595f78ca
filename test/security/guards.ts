import { auditGuards } from './auditGuards.ts'
import type { Guard } from './guard.ts'

/** Every guard that docs/security.md names, in its order. */
export const guards: readonly Guard[] = [...auditGuards]
