import { afterAll, describe, expect, it } from 'vitest'
import { createTestApp, elastic } from '../support/testApp.ts'
import { conformanceList } from './list.ts'
import { printed } from './report.ts'
import { runConformance } from './run.ts'
import { createConformanceServer } from './server.ts'

/** Cases that the gateway does not pass yet, by id. One that passes must leave the list. */
const knownDeviations: readonly string[] = []

describe('the conformance list', () => {
  it('has every id once, and a name that is a rule', () => {
    const ids = conformanceList.map(({ id }) => id)
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
    expect(conformanceList.filter(({ name }) => !/^MUST( NOT)? \w/.test(name))).toEqual([])
    expect(knownDeviations.filter((id) => !ids.includes(id))).toEqual([])
  })
})

describe('in process', async () => {
  const { fetch, advance, close } = await createTestApp()
  const server = await createConformanceServer({ fetch, advance, admin: elastic })
  afterAll(close)

  const alone = conformanceList.filter(({ needs }) => needs === 'clock')
  const together = conformanceList.filter(({ needs }) => needs !== 'clock')

  for (const { id, name, needs, fn } of [...together, ...alone]) {
    const options = { concurrent: needs !== 'clock', fails: knownDeviations.includes(id) }
    it(`${id}: ${name}`, options, async ({ skip }) => {
      const lack = needs && server.lacks(needs)
      skip(lack !== undefined, lack)
      await fn(server)
    })
  }

  it('removes every user, role and role mapping that it made', async () => {
    await server.close()
    for (const path of ['user', 'role', 'role_mapping']) {
      const { body } = await server.send('GET', `/_security/${path}`, { as: elastic })
      expect(Object.keys(body).filter((name) => name.includes('conformance'))).toEqual([])
    }
  })
})

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

function isRunOverSockets(id: string): boolean {
  return conformanceList.some((one) => one.id === id && one.needs !== 'clock')
}
