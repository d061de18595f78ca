import { pino } from 'pino'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createChain } from '../../src/authentication/chain.ts'
import { createRealms, type Realms } from '../../src/realms/realms.ts'
import { passwords } from '../profile/activating.ts'
import { hmacKey, hmacRealm, hmacToken } from '../support/hmacTokens.ts'
import { load } from '../support/loading.ts'
import { createTestApp } from '../support/testApp.ts'
import { source } from '../support/attempts.ts'

/** The realms of a configuration, on a database without users. */
async function realmsOf(yaml: string): Promise<Realms> {
  const { settings } = await load(yaml, { HMAC_KEY: hmacKey })
  const users = {
    find: () => Promise.resolve(null),
    findPassword: () => Promise.resolve(null),
    rehash: () => Promise.resolve(false),
  }
  const logger = pino({ level: 'silent' })
  const realms = createRealms({ settings, users, passwords, clock: Date.now, logger })
  onTestFinished(realms.close)
  return realms
}

/** A realm that takes the tokens of the issuer of `corp`. */
const taker = (name: string, order: number, more = {}) =>
  hmacRealm(name, order, { allowed_issuer: 'https://corp.example.com/', ...more })

describe('realms', () => {
  it.each<[string, string, string]>([
    ['the lowest order', taker('a', 10) + taker('b', 2), 'b'],
    ['an order below nothing', taker('a', 0) + taker('b', -1), 'b'],
    ['an order, not a name', taker('b', 1) + taker('a', 2), 'b'],
    ['the next order, where a realm is not asked', taker('a', 2) + taker('b', 1, { enabled: 'false' }), 'a'],
    ['the next order, where a realm refuses', taker('a', 2) + hmacRealm('b', 1), 'a'],
  ])('are asked in order: a user is of that with %s', async (_, yaml, name) => {
    const { chain } = await realmsOf(yaml)
    const token = hmacToken('corp', { sub: 'jacknich' }, Date.now())
    const proof = await createChain(chain)({ kind: 'accessToken', token, clientSecret: null }, source)
    expect(proof).toMatchObject({ kind: 'proven', subject: { realm: { type: 'jwt', name, domain: null } } })
  })

  it('are known as they are configured, each with its domain, if they are asked', async () => {
    const { refOf, chain } = await realmsOf(
      taker('a', 1) +
        taker('b', 2, { enabled: 'false' }) +
        'realms.native.people.order: 5\ndomains.staff.realms: [a, b, default_native]\n',
    )
    expect(refOf('jwt', 'a', null)).toEqual({ type: 'jwt', name: 'a', domain: 'staff' })
    expect(refOf('native', 'people', null)).toEqual({ type: 'native', name: 'people', domain: 'staff' })
    expect(refOf('native', 'another', null)).toEqual({ type: 'native', name: 'people', domain: 'staff' })
    expect(refOf('reserved', 'reserved', null)).toEqual({ type: 'reserved', name: 'reserved', domain: null })
    for (const [type, name] of [
      ['jwt', 'b'],
      ['jwt', 'c'],
      ['saml', 'a'],
    ] as const)
      expect(refOf(type, name, null)).toBeNull()
    expect(chain).toHaveLength(3)
  })

  it('behind one that asks a cluster are known by that one, each with its domain', async () => {
    const main = 'realms.elasticsearch.main: { order: 9, hosts: "https://es.example.com" }\n'
    const { refOf, chain } = await realmsOf(
      `${taker('ldap1', 1)}${main}domains.staff.realms: [ldap1, native]\n`,
    )
    expect(refOf('native', 'native1', 'main')).toEqual({ type: 'native', name: 'native1', domain: 'staff' })
    expect(refOf('jwt', 'ldap1', 'main')).toEqual({ type: 'jwt', name: 'ldap1', domain: 'staff' })
    expect(refOf('ldap', 'ldap1', 'main')).toEqual({ type: 'ldap', name: 'ldap1', domain: null })
    for (const [type, name, via] of [
      ['ldap', 'ldap1', null],
      ['ldap', 'ldap1', 'other'],
      ['native', 'native1', 'ldap1'],
    ] as const)
      expect(refOf(type, name, via)).toBeNull()
    expect(chain).toHaveLength(4)
  })

  it('let their users activate themselves where they say so, and nowhere else', async () => {
    const { selfActivates } = await realmsOf(
      taker('a', 1, { self_activation: 'true' }) + taker('b', 2) + 'realms.native.people: { order: 5 }\n',
    )
    const of = (type: string, name: string) => selfActivates({ type, name, domain: null })
    expect(of('jwt', 'a')).toBe(true)
    for (const [type, name] of [
      ['jwt', 'b'],
      ['jwt', 'c'],
      ['jwt', 'constructor'],
      ['native', 'people'],
      ['native', 'a'],
      ['reserved', 'reserved'],
      ['introspection', 'a'],
    ] as const)
      expect(of(type, name), name).toBe(false)

    const { selfActivates: ofNative } = await realmsOf(
      'realms.native.people: { order: 5, self_activation: true }\n',
    )
    expect(ofNative({ type: 'native', name: 'people', domain: null })).toBe(true)
    expect(ofNative({ type: 'reserved', name: 'reserved', domain: null })).toBe(false)
  })

  it('that cannot have their keys now leave the gateway ready, but for that', async () => {
    const settings = hmacRealm('corp', 1, {
      allowed_signature_algorithms: 'RS256',
      pkc_jwkset_path: 'missing.json',
    }).replace(/.*hmac_key.*\n/, '')
    const { fetch, close } = await createTestApp({ settings })
    onTestFinished(close)
    await vi.waitFor(async () => {
      const response = await fetch('/health/ready')
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({
        status: 'degraded',
        reason: expect.stringMatching(
          /^the realm \[corp\] cannot verify tokens: its keys cannot be read: /,
        ) as string,
      })
    })
  })
})
