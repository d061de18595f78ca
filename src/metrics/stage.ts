import type { Attributes } from '@opentelemetry/api'
import { failureOf } from '../errors.ts'
import { secondsNow } from './latency.ts'
import { outcomeAttribute, type Spans } from './spans.ts'

interface Stage<Answer> {
  /** Of its span. */
  readonly name: string
  readonly attributes: Attributes
  /** How it has ended, by its answer. Where it fails, that is the code of the failure. */
  readonly outcomeOf: (answer: Answer) => string
  /** Told how long it took, how it has ended, and what it has answered, if it has. */
  readonly ended: (seconds: number, outcome: string, answer?: Answer) => void
}

/** Makes what has a stage done within a span, and says how it has ended. */
export function createStage({ inSpan }: Spans) {
  return function done<Answer>(
    { name, attributes, outcomeOf, ended }: Stage<Answer>,
    stage: () => Promise<Answer>,
  ): Promise<Answer> {
    return inSpan(name, attributes, (span) => {
      const since = secondsNow()
      const over = (outcome: string, answer?: Answer) => {
        span?.setAttribute(outcomeAttribute, outcome)
        ended(secondsNow() - since, outcome, answer)
      }
      return stage().then(
        (answer) => {
          over(outcomeOf(answer), answer)
          return answer
        },
        (thrown: unknown) => {
          over(failureOf(thrown).code)
          throw thrown
        },
      )
    })
  }
}
