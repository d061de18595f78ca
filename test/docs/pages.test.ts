import { describe, it } from 'vitest'
import { walk, type Walk } from './walk.ts'

const pages: readonly Walk[] = [
  {
    page: 'README.md',
    notRun: { 'npm ci && npm test': 'it is what runs this test' },
  },
  {
    page: 'docs/metrics.md',
    after: 'README.md',
    notRun: {
      'POST /_security/profile/_activate': 'the spans of a request, which metrics/spans.test.ts sees',
    },
  },
]

describe('what a page says to do', { timeout: 60_000 }, () => {
  it.each(pages)('works, from top to bottom, with the answers that it shows: $page', walk)
})
