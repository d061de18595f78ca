import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { operationEvents } from '../../src/audit/operations.ts'
import { useCaseEvents } from '../../src/audit/useCaseEvents.ts'
import { jacknich, loginBackend, nobody, provision } from '../support/people.ts'
import { createTestApp, rest, type AuditLine } from '../support/testApp.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/audit.md'), 'utf8')
const samples = [...page.matchAll(/```json\n(.*?)```/gs)].map(
  ([, text = '']) => JSON.parse(text) as AuditLine,
)

const app = await createTestApp()
beforeAll(() => provision(app.fetch))
afterAll(app.close)

/** A line as it would be of another request, on another database. */
function anyTime(line: AuditLine | undefined): object {
  const { event, http, ...rest } = line ?? { event: {} }
  return { ...rest, event: { ...event, ...('id' in event && { id: '…' }) }, http: typeof http?.request.id }
}

it('the lines in docs/audit.md are what is written', async () => {
  await rest(app.fetch, 'POST', '/_security/profile/_activate', loginBackend, {
    grant_type: 'password',
    ...jacknich,
  })
  const activated = app.audit().at(-1)
  await rest(app.fetch, 'DELETE', '/_security/user/jacknich', nobody)
  const denied = app.audit().at(-1)
  expect(samples.map(anyTime)).toEqual([activated, denied].map(anyTime))
})

it('every action is in docs/audit.md', () => {
  const source = readFileSync(join(import.meta.dirname, '../../src/audit/useCaseEvents.ts'), 'utf8')
  const actions = [
    ...source.matchAll(/'((?:profile|user|role|token|api-key|grant|metrics)(?:-[a-z]+)+)'/g),
  ].map(([, name]) => name)
  expect(actions.length).toBeGreaterThan(Object.keys(useCaseEvents).length)
  for (const action of [...actions, ...Object.keys(operationEvents)]) expect(page).toContain(`\`${action}\``)
})
