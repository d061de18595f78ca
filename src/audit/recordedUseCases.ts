import { randomUUID } from 'node:crypto'
import type { Caller } from '../authentication/subject.ts'
import { failureOf } from '../errors.ts'
import type { UseCases } from '../graphql/builder.ts'
import { withoutStated, type AuditEvent } from './auditLine.ts'
import type { AuditLog } from './auditLog.ts'
import { doneBy, type RecordEvent } from './recorder.ts'
import { useCaseEvents, type Details, type DoneEvent, type ReadEvent } from './useCaseEvents.ts'

interface RecordedUseCasesParts {
  record: RecordEvent
  written: AuditLog['written']
}

type Event = DoneEvent<unknown[], unknown> | ReadEvent
type UseCase = (caller: Caller, ...asked: unknown[]) => Promise<unknown>
type Named<Member> = Readonly<Record<string, Member | Readonly<Record<string, Member>>>>

/** Has every use case recorded, by whichever door it is reached. */
export function recordedUseCases(useCases: UseCases, parts: RecordedUseCasesParts): UseCases {
  // What belongs together the compiler has seen at `UseCaseEvents`.
  const recorded = recordedIn(useCases as never, useCaseEvents as never)
  return { ...recorded, server: useCases.server } as UseCases

  function recordedIn(useCases: Named<UseCase>, events: Named<Event>): object {
    const entries = Object.entries(events).map(([name, event]) => {
      const useCase = useCases[name]
      if (typeof useCase === 'function') return [name, recordedUseCase(useCase, event as Event, parts)]
      return [name, recordedIn(useCase as never, event as never)]
    })
    return Object.fromEntries(entries) as object
  }
}

function recordedUseCase(
  useCase: UseCase,
  event: Event,
  { record, written }: RecordedUseCasesParts,
): UseCase {
  const { kind, category, type } = event
  const isChange = kind === 'change'

  return async function recorded(caller, ...asked) {
    const about = kind === 'read' ? {} : (event.asked?.(...asked) ?? {})
    const action = typeof event.action === 'string' ? event.action : event.action(...asked)
    const known = { category, type, action, id: isChange ? randomUUID() : undefined }
    if (isChange) {
      // Before anything is changed: what cannot be recorded is not done.
      say({ ...known, outcome: 'unknown' }, about)
      await written(caller.origin)
    }
    try {
      const answer = await useCase(caller, ...asked)
      if (kind !== 'read') sayAnswer(event.answered?.(answer) ?? {})
      return answer
    } catch (thrown) {
      const { code } = failureOf(thrown)
      const isDenied = code === 'FORBIDDEN'
      if (isDenied || kind !== 'read') {
        say(
          { ...known, type: isDenied ? [...type, 'denied'] : type, outcome: 'failure', reason: code },
          about,
        )
      }
      throw thrown
    }

    function sayAnswer(told: Details | string): void {
      const from = isBelieved(event, caller, asked) ? caller.origin : withoutStated(caller.origin)
      const { reason, ...details } = typeof told === 'string' ? { reason: told } : told
      const outcome = reason === undefined ? 'success' : 'failure'
      say({ ...known, outcome, reason }, { ...about, ...details }, from)
    }

    /** Without an answer nobody knows yet what the caller may do. */
    function say(what: AuditEvent['event'], details: Details, from = withoutStated(caller.origin)): void {
      record(caller.origin, isChange, doneBy(caller, what, details), from)
    }
  }
}

function isBelieved(event: Event, caller: Caller, asked: unknown[]): boolean {
  if (event.kind === 'read') return false
  const { takesPrivilege = false } = event
  return typeof takesPrivilege === 'function' ? takesPrivilege(caller, ...asked) : takesPrivilege
}
