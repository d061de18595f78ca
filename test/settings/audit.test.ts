import { isAbsolute, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { load, problems } from '../support/loading.ts'

const destinationOf = async (text: string) =>
  (await load(`audit.destination: ${text}`)).settings.audit.destination

describe('the destination of the audit log', () => {
  it.each(['none', 'stdout', 'stderr'])('may be %s', async (name) => {
    expect(await destinationOf(name)).toBe(name)
  })

  it.each(['audit.ndjson', './audit.ndjson', 'logs/audit', '/var/log/gateway/audit.ndjson'])(
    'may be a file, found from where the settings stand: %s',
    async (path) => {
      const target = await destinationOf(path)
      const file = typeof target === 'object' ? target.file : ''
      expect(isAbsolute(file)).toBe(true)
      expect(file.endsWith(join('/', path))).toBe(true)
    },
  )

  it.each(['stdot', 'syslog', '""', '[stdout]', '5'])('is no %s', async (text) => {
    expect(await problems(`audit.destination: ${text}`)).toEqual([
      'gateway.yml:1: audit.destination: expected none, stdout, stderr, or the path of a file such as ./audit.ndjson',
    ])
  })
})

it('a failure of the audit log is handled in one of three ways', async () => {
  for (const way of ['by_kind', 'refuse', 'continue'])
    expect((await load(`audit.on_failure: ${way}`)).settings.audit.on_failure).toBe(way)
  expect(await problems('audit.on_failure: ignore')).toEqual([
    'gateway.yml:1: audit.on_failure: expected by_kind, refuse or continue',
  ])
})
