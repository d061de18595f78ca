import { createDecoys } from '../../src/authentication/decoys.ts'
import { createPasswords, type Passwords } from '../../src/authentication/passwords.ts'

/** Passwords in a queue of their own, in which nobody waits for too long, if the test wants nothing else. */
export function newPasswords(parts: Partial<Parameters<typeof createPasswords>[0]> = {}): Passwords {
  const { decoyFor } = createDecoys()
  return createPasswords({ decoyFor, clock: () => 0, report: () => undefined, ...parts })
}
