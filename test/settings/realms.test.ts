import { describe, expect, it } from 'vitest'
import { load, problems } from '../support/loading.ts'
import { corpSettings } from './corp.ts'

/** A realm of tokens with which nothing is wrong. */
const jwt = (name: string, changes: Readonly<Record<string, string | null>> = {}) =>
  corpSettings(changes, `realms.jwt.${name}`)
const native = (name: string, order: number, more = '') =>
  `realms.native.${name}: { order: ${order}${more} }\n`

/** What is said to be wrong, without its line. */
async function said(...settings: string[]): Promise<string[]> {
  return (await problems(settings.join(''))).map((problem) =>
    problem.replace(/^gateway\.yml:\d+: realms\./, ''),
  )
}

describe('the native realm', () => {
  it.each([
    '',
    'realms: {}\n',
    'realms.native: {}\n',
    jwt('corp', { order: '0' }),
    jwt('corp', { order: '-9' }),
  ])('is there without being named, and comes before all that are: %j', async (settings) => {
    const { realms } = (await load(settings)).settings
    expect(realms.native).toEqual({ native: { order: -Infinity, enabled: true, self_activation: false } })
  })

  it.each(['native.native', 'native.native.order', 'native: 5'])(
    'has an order if it is named: %s',
    async (text) => {
      const settings = text.includes(':') ? `realms.${text}\n` : `realms.${text.replace('.order', '')}: {}\n`
      expect(await said(settings)).toHaveLength(1)
    },
  )

  it('may have another name', async () => {
    const { realms } = (await load(native('people', 3) + jwt('native'))).settings
    expect([Object.keys(realms.native), Object.keys(realms.jwt)]).toEqual([['people'], ['native']])
  })

  it('is only one', async () => {
    expect(await said(native('one', 1), native('two', 2))).toEqual([
      'native: there can be only one native realm',
    ])
  })
})

describe('the name of a realm', () => {
  it('is that of one realm, whatever the types', async () => {
    expect(await said(native('corp', 0), jwt('corp'))).toEqual(['jwt.corp: another realm has this name'])
  })

  it('is not native while the native realm has no other', async () => {
    expect(await said(jwt('native'))).toEqual(['jwt.native: another realm has this name'])
  })

  it.each(['reserved', '_corp', '_'])('cannot be %s', async (name) => {
    expect(await said(jwt(name))).toEqual([`jwt.${name}: a realm cannot have this name`])
    expect(await said(native(name, 5))).toEqual([`native.${name}: a realm cannot have this name`])
  })

  it('may be given to a realm that is not asked, too, but not twice', async () => {
    expect(await said(native('corp', 0), jwt('corp', { enabled: 'false' }))).toEqual([
      'jwt.corp: another realm has this name',
    ])
  })
})

describe('the order of a realm', () => {
  it('is its own', async () => {
    expect(await said(jwt('one'), jwt('two', { order: '2' }), jwt('three'), native('people', 2))).toEqual([
      'native.people.order: another realm has this order',
      'jwt.one.order: another realm has this order',
      'jwt.two.order: another realm has this order',
      'jwt.three.order: another realm has this order',
    ])
  })

  it('does not count where a realm is not asked', async () => {
    const settings = [jwt('one'), jwt('two', { enabled: 'false' }), native('people', 1, ', enabled: false')]
    expect(Object.keys((await load(settings.join(''))).settings.realms.jwt)).toEqual(['one', 'two'])
  })

  it('is also compared where something else is wrong with the realm', async () => {
    const wrong = jwt('one', { allowed_issuer: null, enabled: 'maybe' })
    expect(await said(wrong, jwt('two'))).toEqual(
      expect.arrayContaining([
        expect.stringContaining('jwt.one.allowed_issuer: Missing text'),
        'jwt.one.enabled: expected true or false',
        'jwt.one.order: another realm has this order',
        'jwt.two.order: another realm has this order',
      ]),
    )
  })

  it('is not compared where it is missing', async () => {
    expect(await said(jwt('one', { order: null }), jwt('two', { order: null }))).toEqual([
      'jwt.one.order: expected a whole number',
      'jwt.two.order: expected a whole number',
    ])
  })
})

describe('the realms that know more of a user', () => {
  const missing = (realm: string) =>
    `jwt.corp.authorization_realms: configured authorization realm [${realm}] does not exist (or is not enabled), or is not native`
  const corp = (realms: string) => jwt('corp', { authorization_realms: realms })

  it('are there, asked, and native', async () => {
    expect(await said(corp('[native, ldap, corp, reserved, other]'), jwt('other', { order: '2' }))).toEqual(
      ['ldap', 'corp', 'reserved', 'other'].map(missing),
    )
    expect(await said(corp('native'), native('people', 0))).toEqual([missing('native')])
    expect(await said(corp('native'), native('native', 0, ', enabled: false'))).toEqual([missing('native')])
  })

  it.each([
    ['native', ''],
    ['people', native('people', 0)],
  ])('may be the native one, with its name: %s', async (name, settings) => {
    const { realms } = (await load(settings + corp(name))).settings
    expect(realms.jwt.corp?.authorization_realms).toEqual([name])
  })
})

describe('realms of a type that is not known', () => {
  it.each(['ldap', 'saml', 'file', 'Native', 'JWT', 'constructor'])('are refused: %s', async (type) => {
    expect(await said(`realms.${type}.one: { order: 1 }\n`)).toEqual([
      `${type}: unknown type of realm: expected native, jwt, elasticsearch or introspection`,
    ])
  })
})

describe('everything that is wrong with realms', () => {
  it('is said at once, each with its line', async () => {
    const settings = [
      jwt('one', { token_type: 'x' }),
      jwt('two', { 'client_authentication.type': null }),
      jwt('native', { order: 'x' }),
      'realms.ldap.x.order: 1\n',
      'domains.staff.realms: [one, nowhere]\n',
      'domains.others.realms: one\n',
      'domains._x: { realms: 5, uid_generation.literal_username: true }\n',
    ].join('')
    expect(
      (await problems(settings)).map((problem) => problem.replace(/(: [^:]+:).*/, '$1')).toSorted(),
    ).toEqual(
      [
        'gateway.yml:1: realms.jwt.one.order:',
        'gateway.yml:7: realms.jwt.one.token_type:',
        'gateway.yml:8: realms.jwt.two.order:',
        'gateway.yml:8: realms.jwt.two.client_authentication.shared_secret:',
        'gateway.yml:13: realms.jwt.native:',
        'gateway.yml:13: realms.jwt.native.order:',
        'gateway.yml:19: realms.ldap:',
        'gateway.yml:20: domains.staff.realms:',
        'gateway.yml:20: domains.staff.realms:',
        'gateway.yml:21: domains.others.realms:',
        'gateway.yml:22: domains._x:',
        'gateway.yml:22: domains._x.realms:',
        'gateway.yml:22: domains._x.uid_generation:',
      ].toSorted(),
    )
  })
})
