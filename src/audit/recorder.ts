import type { Origin } from '../authentication/origin.ts'
import type { Caller } from '../authentication/subject.ts'
import { auditLine, type AuditEvent } from './auditLine.ts'
import type { AuditLog } from './auditLog.ts'
import type { Details } from './useCaseEvents.ts'

/** What becomes of requests of which no line can be written: `by_kind` refuses changes of security data alone. */
export type OnFailure = 'by_kind' | 'refuse' | 'continue'

/** Has a line written of what has happened in a request. `from`: what it says of where that comes from. */
export type RecordEvent = (request: Origin, isChange: boolean, event: AuditEvent, from: Origin) => void

interface RecorderParts {
  log: Pick<AuditLog, 'add'>
  onFailure: OnFailure
  /** Epoch milliseconds. */
  clock: () => number
}

export function createRecorder({ log, onFailure, clock }: RecorderParts): RecordEvent {
  return function record(request, isChange, event, from) {
    const isRequired = onFailure === 'refuse' || (onFailure === 'by_kind' && isChange)
    log.add(request, auditLine(event, from, clock()), isRequired)
  }
}

interface ApiKeyName {
  readonly id: string
  readonly name: string
}

/** What somebody has done, is about to do, or may not do. */
export function doneBy(
  {
    username: name,
    roles,
    realm,
    authenticationType,
    apiKey,
  }: Pick<Caller, 'username' | 'roles' | 'realm' | 'authenticationType'> & {
    readonly apiKey?: ApiKeyName | null
  },
  event: AuditEvent['event'],
  { user: target, ...details }: Details,
): AuditEvent {
  const profile_gateway = { ...proofOf({ realm }, authenticationType, apiKey), ...details }
  return { event, user: { name, roles, target }, profile_gateway }
}

/** How somebody was proven, as a line tells it. */
export function proofOf(
  { realm }: Pick<Caller, 'realm'>,
  authenticationType: Caller['authenticationType'],
  apiKey: ApiKeyName | null | undefined,
) {
  return {
    realm: { name: realm.name, type: realm.type },
    authentication_type: authenticationType,
    api_key: apiKey ? { id: apiKey.id, name: apiKey.name } : undefined,
  }
}
