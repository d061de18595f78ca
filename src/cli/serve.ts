import { startGateway } from './gateway.ts'
import type { HangUp } from './hangUp.ts'
import { notePlaces } from './note.ts'

export interface ServeOptions {
  /** Whether all gateways on the database are to agree on the realms and domains of this one. */
  adoptRealms?: boolean
  /** Where SIGHUP is taken already. */
  hangUp: HangUp
}

/** Answers at both doors until the process is told to stop. */
export async function serve({ adoptRealms = false, hangUp }: ServeOptions): Promise<void> {
  const gateway = await startGateway({ adoptRealms, hangUp })
  if (gateway) notePlaces(gateway)
}
