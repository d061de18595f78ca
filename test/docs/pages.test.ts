import { describe, it } from 'vitest'
import { walk, type Walk } from './walk.ts'

const walks: readonly Walk[] = [
  {
    pages: ['README.md', 'docs/metrics.md'],
    notRun: {
      'npm ci && npm test': 'it is what runs this test',
      'npm i --no-save @opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-proto':
        'the tests have another SDK, which metrics/spans.test.ts runs',
      'POST /_security/profile/_activate': 'a figure, which metrics/spans.test.ts holds',
    },
  },
]

describe('what pages say to do', { timeout: 120_000 }, () => {
  it.each(walks.map((one) => [one.pages.join(', '), one] as const))(
    'works, from top to bottom, with the answers that they show: %s',
    (_, one) => walk(one),
  )
})
