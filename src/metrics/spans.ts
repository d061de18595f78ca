import {
  context,
  isSpanContextValid,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanOptions,
  type Tracer,
} from '@opentelemetry/api'
import { failureOf } from '../errors.ts'

/** A span as stages use it: what is known of the stage only when it is over. */
export type StageSpan = Pick<Span, 'setAttribute' | 'setStatus' | 'updateName'>

export interface Spans {
  /** Whether anybody traces. */
  readonly isTraced: boolean
  /** Has a stage done within a span. Attributes are never what a client has made up, but its method. */
  readonly inSpan: <T>(
    name: string,
    attributes: Attributes,
    stage: (span?: StageSpan) => Promise<T>,
  ) => Promise<T>
  /** Has a request answered within a span, which continues the trace that its headers name. */
  readonly inRequest: <T>(
    headers: Readonly<Record<string, unknown>>,
    answer: (span?: StageSpan) => Promise<T>,
  ) => Promise<T>
}

/** What a span says of how its stage has ended. */
export const outcomeAttribute = 'profile_gateway.outcome'

/** Spans of whichever SDK was there before the gateway. Without one, stages are done as if there were none. */
export function createSpans(version: string): Spans {
  const tracer = trace.getTracer('profile-gateway', version)
  // Only an SDK gives a span a context. This one never ends, so nobody gets to see it.
  const isTraced = isSpanContextValid(tracer.startSpan('start', { root: true }).spanContext())
  if (!isTraced) return untraced
  return {
    isTraced,
    inSpan: (name, attributes, stage) => within(tracer, name, { attributes }, context.active(), stage),
    inRequest(headers, answer) {
      const active = context.active()
      // Whoever instruments HTTP itself has read the headers already.
      const isNested = trace.getSpan(active) !== undefined
      const from = isNested ? active : propagation.extract(active, headers)
      return within(tracer, 'request', { kind: isNested ? SpanKind.INTERNAL : SpanKind.SERVER }, from, answer)
    },
  }
}

const untraced: Spans = {
  isTraced: false,
  inSpan: (_name, _attributes, stage) => stage(),
  inRequest: (_headers, answer) => answer(),
}

function within<T>(
  tracer: Tracer,
  name: string,
  options: SpanOptions,
  from: Context,
  stage: (span: StageSpan) => Promise<T>,
): Promise<T> {
  return tracer.startActiveSpan(name, options, from, async (span) => {
    try {
      return await stage(span)
    } catch (thrown) {
      // Its message may name somebody.
      span.setAttribute('error.type', failureOf(thrown).code)
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw thrown
    } finally {
      span.end()
    }
  })
}
