import { randomUUID } from 'node:crypto'
import { failureOf } from '../errors.ts'
import type { Actor } from './actors.ts'
import type { AuditEvent } from './auditLine.ts'
import type { AuditLog } from './auditLog.ts'
import { doneBy, type RecordEvent } from './recorder.ts'
import type { Details } from './useCaseEvents.ts'

/** What is done to all security data at once, or changes it, without being a request's. */
export const operationEvents = {
  export: { category: ['iam'], type: ['admin', 'access'] },
  import: { category: ['iam'], type: ['admin', 'change'] },
  'realms-adopt': { category: ['configuration'], type: ['change'] },
  'realms-reload': { category: ['configuration'], type: ['change'] },
  'superuser-create': { category: ['iam'], type: ['user', 'creation'] },
  'user-rehash': { category: ['iam'], type: ['user', 'change'] },
} as const

export interface Operation<Answer> {
  readonly action: keyof typeof operationEvents
  /** What a line says of it, at the time of that line. */
  readonly about: () => Details
  readonly run: () => Promise<Answer>
  /** Why an answer is a no; undefined: it is none. */
  readonly refusal?: (answer: Answer) => string | undefined
}

/** Has an operation recorded before it begins, without which it does not begin, and when it is over. */
export type RecordOperation = <Answer>(actor: Actor, operation: Operation<Answer>) => Promise<Answer>

interface OperationsParts {
  record: RecordEvent
  written: AuditLog['written']
}

export function createOperations({ record, written }: OperationsParts): RecordOperation {
  return async function recorded(actor, { action, about, run, refusal }) {
    const known = { ...operationEvents[action], action, id: randomUUID() }
    say({ ...known, outcome: 'unknown' })
    await written(actor.origin)
    try {
      const answer = await run()
      const reason = refusal?.(answer)
      say(reason === undefined ? { ...known, outcome: 'success' } : { ...known, outcome: 'failure', reason })
      return answer
    } catch (thrown) {
      say({ ...known, outcome: 'failure', reason: failureOf(thrown).code })
      throw thrown
    }

    function say(event: AuditEvent['event']): void {
      record(actor.origin, true, doneBy(actor, event, about()), actor.origin)
    }
  }
}
