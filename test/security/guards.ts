import type { Guard } from './guard.ts'
import { auditGuards } from './auditGuards.ts'
import { commandLineGuards } from './commandLineGuards.ts'
import { groundsGuards } from './groundsGuards.ts'
import { graphqlGuards } from './graphqlGuards.ts'
import { httpGuards } from './httpGuards.ts'
import { metricsGuards } from './metricsGuards.ts'
import { queueGuards } from './queueGuards.ts'
import { refreshingGuards } from './refreshingGuards.ts'
import { reloadGuards } from './reloadGuards.ts'
import { sharedThrottleGuards } from './sharedThrottleGuards.ts'
import { throttleGuards } from './throttleGuards.ts'
import { timingGuards } from './timingGuards.ts'
import { workersGuards } from './workersGuards.ts'

/** Every guard that docs/security.md names, in its order. */
export const guards: readonly Guard[] = [
  ...httpGuards,
  ...throttleGuards,
  ...sharedThrottleGuards,
  ...queueGuards,
  ...refreshingGuards,
  ...groundsGuards,
  ...graphqlGuards,
  ...auditGuards,
  ...reloadGuards,
  ...commandLineGuards,
  ...metricsGuards,
  ...workersGuards,
  ...timingGuards,
]
