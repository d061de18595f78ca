// Preloaded into a gateway, it traces, and prints each span that has ended as a line of JSON.

import { SpanKind } from '@opentelemetry/api'
import { NodeTracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace-node'

/** A span as it is printed. */
export interface PrintedSpan {
  readonly name: string
  readonly kind: string | undefined
  readonly id: string
  readonly parent: string | undefined
  readonly trace: string
  readonly scope: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events: number
  readonly status: unknown
}

const printing: SpanProcessor = {
  onStart: () => undefined,
  onEnd: (span) => void process.stdout.write(`span ${JSON.stringify(printed(span))}\n`),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
}

function printed(span: ReadableSpan): PrintedSpan {
  const { traceId, spanId } = span.spanContext()
  return {
    name: span.name,
    kind: SpanKind[span.kind],
    id: spanId,
    parent: span.parentSpanContext?.spanId,
    trace: traceId,
    scope: span.instrumentationScope.name,
    attributes: span.attributes,
    events: span.events.length,
    status: span.status,
  }
}

new NodeTracerProvider({ spanProcessors: [printing] }).register()
