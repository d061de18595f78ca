import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { createTestApp, elastic } from '../support/testApp.ts'
import { knownDeviations } from './knownDeviations.ts'
import { conformanceList } from './list.ts'
import { printed } from './report.ts'
import { runConformance } from './run.ts'

describe('over a socket', async () => {
  const { app, close } = await createTestApp()
  const url = await app.listen()
  afterAll(close)

  it('passes all of the list but the known deviations', { timeout: 120_000 }, async () => {
    const report = await runConformance({ url, user: elastic.username, password: elastic.password })
    process.stdout.write(`\n${printed(report)}\n`)
    const failed = report.cases.filter(({ result }) => result === 'failed').map(({ id }) => id)
    expect(failed.sort()).toEqual(knownDeviations.filter(isRunOverSockets).sort())
    expect(report.counts.all.total).toBe(conformanceList.length)
  })
})

it('the command of the list says how it is run, on standard output where that is asked', async () => {
  const command = [join(import.meta.dirname, 'run.ts'), '--help']
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command)
  expect([stdout, stderr]).toEqual([expect.stringMatching(/^usage: npm run conformance /), ''])
})

function isRunOverSockets(id: string): boolean {
  return conformanceList.some((one) => one.id === id && one.needs !== 'clock')
}
