import type { Origin } from '../authentication/origin.ts'
import type { Caller } from '../authentication/subject.ts'
import { auditLine, type AuditEvent } from './auditLine.ts'
import type { AuditLog } from './auditLog.ts'
import type { Details } from './useCaseEvents.ts'

/** What happens to requests whose line cannot be written: `by_kind` refuses only changes of security data. */
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

type Proven = Pick<Caller, 'realm' | 'authenticationType'> & {
  readonly apiKey?: { readonly id: string; readonly name: string } | null | undefined
  /** Users of another server can be called as ours are, and so can their realms. */
  readonly via?: string | null | undefined
}

/** What somebody has done, is about to do, or may not do. */
export function doneBy(
  who: Proven & Pick<Caller, 'username' | 'roles'>,
  event: AuditEvent['event'],
  { user: target, ...details }: Details,
): AuditEvent {
  const { username: name, roles } = who
  return { event, user: { name, roles, target }, profile_gateway: { ...proofOf(who), ...details } }
}

/** How somebody was proven, as a line tells it. */
export function proofOf({ realm, authenticationType, apiKey, via }: Proven) {
  return {
    realm: { name: realm.name, type: realm.type, via: via ?? undefined },
    authentication_type: authenticationType,
    api_key: apiKey ? { id: apiKey.id, name: apiKey.name } : undefined,
  }
}
