import { afterAll, beforeAll, expect, it } from 'vitest'
import { basic, createTestApp, elastic, rest } from '../support/testApp.ts'
import { jacknich, jacknichUid, loginBackend, provision } from '../support/people.ts'

const { fetch, close } = await createTestApp()
beforeAll(async () => {
  await provision(fetch)
  const grant = { grant_type: 'password', ...jacknich }
  await rest(fetch, 'POST', '/_security/profile/_activate', loginBackend, grant)
})
afterAll(close)

/** Writes so much as the data of a profile, and has it read in a format. */
async function read(zeros: number, format: string): Promise<number> {
  const data = { app: { zeros: Array.from({ length: zeros }, () => 0) } }
  const path = `/_security/profile/${jacknichUid}`
  expect((await rest(fetch, 'PUT', `${path}/_data`, elastic, { data })).status).toBe(200)
  const headers = { authorization: basic(loginBackend) }
  return (await fetch(`${path}?data=*&format=${format}`, { headers })).status
}

it.each([
  ['json', 150_000, 200],
  ['yaml', 100_000, 200],
  ['yaml', 150_000, 406],
])('an answer in %s has its size: %d numbers', async (format, zeros, status) => {
  expect(await read(zeros, format)).toBe(status)
})

it.each([
  ['?format=JSON', '*/*', 'json'],
  ['?format=Yaml', '*/*', 'yaml'],
  ['?format=', 'application/yaml', 'yaml'],
  ['?format', '*/*', 'json'],
  ['?format=json', 'application/yaml', 'json'],
  ['', 'APPLICATION/YAML', 'yaml'],
])(
  '%s with Accept: %s is answered in %s, in whatever case it is asked for',
  async (query, accept, format) => {
    const headers = { authorization: basic(loginBackend), accept }
    const answer = await fetch(`/_security/_authenticate${query}`, { headers })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, `application/${format}`])
    expect((await answer.text()).startsWith('---\n')).toBe(format === 'yaml')
  },
)
