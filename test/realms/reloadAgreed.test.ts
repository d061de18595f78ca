import { describe, expect, it, vi } from 'vitest'
import { activate } from '../oidc/activate.ts'
import { patience, readiness } from '../oidc/gateway.ts'
import { hmacRealm, hmacToken } from '../support/hmacTokens.ts'
import { databaseName, databaseOfTest } from '../support/testDatabase.ts'
import { messageOf, startReloaded } from './reloading.ts'

const quiet = 'audit.destination: none\n'
const corp = (more: Readonly<Record<string, string>> = {}) => hmacRealm('corp', 1, more)
const partner = () => hmacRealm('partner', 2)
const tokenOf = (realm: string) => hmacToken(realm, { sub: 'me' }, Date.now())

describe('a change of realms at SIGHUP', { timeout: 60_000 }, () => {
  it('on which the gateways have not agreed is refused, and says in what', async () => {
    const { fetch, reload } = await startReloaded(
      { settings: quiet + corp() },
      { databaseUrl: (await databaseOfTest()).url },
    )
    const line = await reload({ settings: quiet + corp({ allowed_audiences: '[another]' }) + partner() })
    expect(messageOf(line)).toBe('the realms stay as they are')
    expect(line).toMatch(/not those on which the gateways of this database have agreed/)
    expect(line).toMatch(/here: {3}realm jwt\/partner/)
    expect(await activate(fetch, tokenOf('corp'))).toMatchObject({ status: 200 })
    expect(await activate(fetch, tokenOf('partner'))).toMatchObject({ status: 401 })
  })
})

describe.runIf(databaseName === 'postgresql')('two gateways on one database', { timeout: 60_000 }, () => {
  it('have other realms one after the other: one has them adopted, the other is not ready until it has them', async () => {
    const { url: databaseUrl } = await databaseOfTest()
    const before = { settings: quiet + corp() }
    const after = { settings: quiet + corp() + partner() }
    const first = await startReloaded(before, { databaseUrl, adoptRealms: true })
    const second = await startReloaded(before, { databaseUrl })
    const refused = await second.reload(after)
    expect(refused).toMatch(/here: {3}realm jwt\/partner/)
    expect(await readiness(second.fetch)).toMatchObject({ status: 200 })

    expect(messageOf(await first.reload(after))).toBe('realms: jwt/partner added')
    expect(first.process.out).toMatch(/all gateways are to agree on these realms/)
    expect(await readiness(first.fetch)).toMatchObject({ status: 200 })
    expect(await readiness(second.fetch)).toMatchObject({ status: 503 })

    expect(messageOf(await second.reload(after))).toBe('realms: jwt/partner added')
    for (const { fetch } of [first, second]) {
      await vi.waitFor(async () => expect(await readiness(fetch)).toMatchObject({ status: 200 }), patience)
      expect(await activate(fetch, tokenOf('partner'))).toMatchObject({ status: 200 })
    }
  })
})
