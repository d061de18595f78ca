import { describe, expect, it, vi } from 'vitest'
import { deployment, startGateways } from '../support/gateways.ts'
import { newKey, startOpenidProvider } from '../support/openidProvider.ts'
import { logInAt } from '../support/openidTokens.ts'
import { activate } from './activate.ts'
import { patience } from './gateway.ts'
import { anyClient, idTokens } from './realms.ts'

describe(`a deployment ${deployment.name}`, { timeout: 90_000 }, () => {
  it('makes one profile of a token, and follows the keys of its provider everywhere', async () => {
    const [first, second] = await Promise.all([newKey('RS256', 'first'), newKey('ES256', 'second')])
    const provider = await startOpenidProvider(first)
    const gateways = await startGateways(
      deployment,
      `
${idTokens(provider)}
${anyClient}
xpack.security.authc.realms.jwt.portal.pkc_jwkset_reload.url_interval_min: 1s
xpack.security.authc.realms.jwt.portal.pkc_jwkset_reload.url_interval_max: 1s
`,
    )
    const everywhere = (token: string) => Promise.all(gateways.map((fetch) => activate(fetch, token)))
    const old = await logInAt(provider, 'sub-1')
    const [outcome, ...others] = await everywhere(old.idToken)
    expect(outcome).toMatchObject({ status: 200, profile: { _doc: { _seq_no: 0 } } })
    for (const other of others) expect(other).toEqual(outcome)

    provider.use(second)
    const { idToken } = await logInAt(provider, 'sub-1')
    for (const other of await everywhere(idToken)) expect(other).toMatchObject({ status: 200 })
    await vi.waitFor(async () => {
      for (const other of await everywhere(old.idToken)) expect(other).toMatchObject({ status: 401 })
    }, patience)
  })
})
