import { describe, expect, it } from 'vitest'
import type { ProfileBody } from '../support/profileBody.ts'
import { deployment, startGateways, type Gateways } from '../support/gateways.ts'
import { jacknich, loginBackend } from '../support/people.ts'
import { rest } from '../support/testApp.ts'

const path = '/_security/profile/_activate'
const grant = { grant_type: 'password', ...jacknich }

describe(`500 activations of one user at once ${deployment.name}`, { timeout: 120_000 }, () => {
  it('make one profile the first time, and write nothing again soon after', async () => {
    const gateways = await startGateways(deployment, 'http.answer_timeout: 5m')
    const [profile, ...others] = await fiveHundred(gateways)
    expect(profile).toMatchObject({ enabled: true, _doc: { _seq_no: 0 } })
    for (const other of [...others, ...(await fiveHundred(gateways))]) expect(other).toEqual(profile)
  })

  it('write one version each where each must write, and none is lost', async () => {
    const profiles = await fiveHundred(
      await startGateways(deployment, 'activation.unchanged_grace: 0s\nhttp.answer_timeout: 5m\n'),
    )
    expect(new Set(profiles.map(({ uid }) => uid)).size).toBe(1)
    const versions = profiles.map(({ _doc }) => _doc._seq_no).sort((one, other) => one - other)
    expect(versions).toEqual(Array.from({ length: 500 }, (_, number) => number))
  })
})

async function fiveHundred(gateways: Gateways): Promise<ProfileBody[]> {
  const answers = await Promise.all(
    Array.from({ length: 500 }, (_, number) => {
      const fetch = gateways[number % gateways.length] ?? gateways[0]
      return rest(fetch, 'POST', path, loginBackend, grant)
    }),
  )
  for (const answer of answers) expect(answer).toMatchObject({ status: 200 })
  return answers.map(({ body }) => body as ProfileBody)
}
