import { afterAll, describe, expect, it } from 'vitest'
import { createTestApp, elastic } from '../support/testApp.ts'
import { knownDeviations } from './knownDeviations.ts'
import { conformanceList } from './list.ts'
import { createConformanceServer } from './server.ts'

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

  it('leaves no API key that is valid', async () => {
    const { body } = await server.send('GET', '/_security/api_key?active_only=true', { as: elastic })
    expect(body.api_keys).toEqual([])
  })
})
