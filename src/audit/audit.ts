// The audit log: one line for each authentication, activation, change of security data and denial, which the operating
// system has before the answer leaves. This folder knows what happens, by its types; it decides nothing but whether
// what cannot be recorded may go on.

import { isAgeBelow } from '../age.ts'
import type { IdentifyCaller } from '../authentication/caller.ts'
import type { Origin } from '../authentication/origin.ts'
import type { Prove, RecordProof } from '../authentication/prove.ts'
import type { UseCases } from '../graphql/builder.ts'
import { createAuditLog } from './auditLog.ts'
import { createAuthentications } from './authentications.ts'
import type { Destination } from './destination.ts'
import { createNameHash } from './nameHash.ts'
import { createOperations, type RecordOperation } from './operations.ts'
import { createRecorder, type OnFailure } from './recorder.ts'
import { recordedUseCases } from './recordedUseCases.ts'

export interface Audit {
  /** Has recorded whom it proves. */
  readonly prove: (prove: Prove) => Prove
  /** Records what has become of a grant that was tried in another way. */
  readonly proof: RecordProof
  readonly identifyCaller: (identify: IdentifyCaller) => IdentifyCaller
  readonly useCases: (useCases: UseCases) => UseCases
  readonly operation: RecordOperation
  /**
   * Resolves when every line of a request is written; undefined: they are.
   * Rejects with `UNAVAILABLE` if one is not without which it may not be answered.
   */
  readonly written: (request: Origin) => Promise<void> | undefined
  /** How many lines could not be written. */
  readonly failures: () => number
  /** What is wrong with it now, if anything is. */
  readonly problems: () => string[]
  readonly reopen: () => void
  /** The last thing: lines that come later are lost, and reported. */
  readonly close: () => Promise<void>
}

interface AuditParts {
  destination: Destination
  onFailure: OnFailure
  /** Under which names are hashed, in base64url. */
  nameKey: string
  /** Epoch milliseconds. */
  clock: () => number
  /** Told why lines cannot be written, and how many could not so far, at most every minute, and always at the end. */
  report: (cause: unknown, failures: number) => void
}

const minute = 60_000

export function createAudit({ destination, onFailure, nameKey, clock, report }: AuditParts): Audit {
  let reportedAt = -Infinity
  let isClosing = false
  const log = createAuditLog({
    destination,
    report(cause, failures) {
      if (!isClosing && isAgeBelow(minute, clock() - reportedAt)) return
      reportedAt = clock()
      report(cause, failures)
    },
  })
  const record = createRecorder({ log, onFailure, clock })
  return {
    ...createAuthentications({ record, nameHash: createNameHash(nameKey) }),
    useCases: (useCases) => recordedUseCases(useCases, { record, written: log.written }),
    operation: createOperations({ record, written: log.written }),
    written: log.written,
    failures: log.failures,
    problems: () => (log.isFailing() ? ['the audit log cannot be written'] : []),
    reopen: destination.reopen,
    close() {
      isClosing = true
      return log.close()
    },
  }
}

/** Where nothing is to be recorded. */
export const noAudit: Audit = {
  prove: (prove) => prove,
  proof: () => undefined,
  identifyCaller: (identify) => identify,
  useCases: (useCases) => useCases,
  operation: (_, { run }) => run(),
  written: () => undefined,
  failures: () => 0,
  problems: () => [],
  reopen: () => undefined,
  close: () => Promise.resolve(),
}
