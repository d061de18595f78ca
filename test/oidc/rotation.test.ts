import { describe, expect, it, vi } from 'vitest'
import { newKey, startOpenidProvider } from '../support/openidProvider.ts'
import { logInAt } from '../support/openidTokens.ts'
import { activate } from './activate.ts'
import { gatewayWith, patience } from './gateway.ts'
import { anyClient, idTokens } from './realms.ts'

const [first, second] = await Promise.all([newKey('RS256', 'first'), newKey('ES256', 'second')])

/** More than the time in which tokens make a realm ask for keys only once. */
const cooldown = 11_000

describe('a provider that signs with another key', () => {
  it('is asked for its keys once, and the tokens of both keys are good while both are published', async () => {
    const provider = await startOpenidProvider(first)
    const { fetch } = await gatewayWith(idTokens(provider) + anyClient)
    const [known, unseen] = [await logInAt(provider, 'sub-1'), await logInAt(provider, 'sub-2')]
    expect(await activate(fetch, known.idToken)).toMatchObject({ status: 200 })
    expect(provider.jwksRequests()).toBe(1)

    provider.use(second, first)
    const other = await logInAt(provider, 'sub-1')
    for (const { idToken } of [other, known, unseen]) {
      expect(await activate(fetch, idToken)).toMatchObject({ status: 200 })
    }
    expect(provider.jwksRequests()).toBe(2)
  })

  it('and has withdrawn the one before has its tokens refused, also those that were remembered', async () => {
    const provider = await startOpenidProvider(first)
    const { fetch, advance } = await gatewayWith(idTokens(provider) + anyClient)
    const [known, unseen] = [await logInAt(provider, 'sub-1'), await logInAt(provider, 'sub-2')]
    expect(await activate(fetch, known.idToken)).toMatchObject({ status: 200 })

    provider.use(second)
    const { idToken } = await logInAt(provider, 'sub-1')
    expect(await activate(fetch, idToken)).toMatchObject({ status: 200 })
    await advance(cooldown)
    for (const old of [known, unseen]) {
      expect(await activate(fetch, old.idToken)).toMatchObject({ status: 401 })
    }
    expect(await activate(fetch, idToken)).toMatchObject({ status: 200 })
  })

  it('is asked for it also where the other key has the name of the one before', async () => {
    const provider = await startOpenidProvider(first)
    const { fetch, advance } = await gatewayWith(idTokens(provider) + anyClient)
    const old = await logInAt(provider, 'sub-1')
    expect(await activate(fetch, old.idToken)).toMatchObject({ status: 200 })

    provider.use(await newKey('RS256', first.kid))
    const { idToken } = await logInAt(provider, 'sub-1')
    expect(await activate(fetch, idToken)).toMatchObject({ status: 200 })
    expect(provider.jwksRequests()).toBe(2)
    await advance(cooldown)
    expect(await activate(fetch, old.idToken)).toMatchObject({ status: 401 })
  })

  it('is noticed without any token', async () => {
    const provider = await startOpenidProvider(first)
    const { fetch } = await gatewayWith(`
${idTokens(provider)}
${anyClient}
xpack.security.authc.realms.jwt.portal.pkc_jwkset_reload.url_interval_min: 1s
xpack.security.authc.realms.jwt.portal.pkc_jwkset_reload.url_interval_max: 1s
`)
    const old = await logInAt(provider, 'sub-1')
    expect(await activate(fetch, old.idToken)).toMatchObject({ status: 200 })

    provider.use(second)
    const { idToken } = await logInAt(provider, 'sub-1')
    // Who asks a second time has read the answer to the first.
    const asked = provider.jwksRequests() + 2
    await vi.waitFor(() => expect(provider.jwksRequests()).toBeGreaterThanOrEqual(asked), patience)
    // From now on no token can make the realm learn anything.
    await provider.stop()
    expect(await activate(fetch, idToken)).toMatchObject({ status: 200 })
    expect(await activate(fetch, old.idToken)).toMatchObject({ status: 401 })
  })
})
