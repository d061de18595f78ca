import { describe, expect, it } from 'vitest'
import { apiKeyProof } from '../../../src/authentication/apiKeys/apiKeyProof.ts'
import { createApiKeys } from '../../../src/authentication/apiKeys/apiKeys.ts'
import { createDomainOf } from '../../../src/authentication/domain.ts'
import { plainUser, type Caller, type RealmRef } from '../../../src/authentication/subject.ts'
import { createAuthorize } from '../../../src/authorization/authorize.ts'
import { createAnswersMemory } from '../../../src/graphql/answersMemory.ts'
import { ample } from '../../support/definitionsRoom.ts'
import { groundless } from '../../support/groundless.ts'
import { prepared } from '../../support/testDatabase.ts'
import { origin } from '../../support/attempts.ts'

const native = { name: 'native', type: 'native', domain: 'staff' }
const corp = { name: 'corp', type: 'jwt', domain: 'staff' }
const partner = { name: 'partner', type: 'jwt', domain: null }
/** As for one answer. */
const reading = () => createAnswersMemory()().read
const owned = { ids: null, name: null, username: null, realmName: null, owned: true, activeOnly: false }

describe('own API keys', () => {
  const emptied = prepared()

  /** The use cases, and joes of several realms who may manage their own keys. */
  async function withJoes() {
    const { roles, apiKeys, securityEpoch } = await emptied()
    const empty = { indices: [], applications: [], runAs: [], global: null, metadata: {}, description: null }
    await roles.put({ ...empty, name: 'owner', cluster: ['manage_own_api_key'] }, ample)
    const epoch = await securityEpoch()
    const useCasesIn = (name: string, ...realms: RealmRef[]) =>
      createApiKeys({
        authorize: createAuthorize(roles),
        apiKeys,
        roles,
        domainOf: createDomainOf([{ name, realms, literalSuffix: null }]),
        realmOf: (type) => {
          const realm = realms.find((one) => one.type === type)
          return realm ? { ...realm, domain: name } : null
        },
        retained: 1_000,
      })
    const useCases = useCasesIn('staff', native, corp)
    const joeOf = (realm: RealmRef, standing: Partial<Caller> = {}): Caller => ({
      username: 'joe',
      roles: ['owner'],
      fullName: null,
      email: null,
      metadata: {},
      realm,
      authenticationType: 'realm',
      ...plainUser,
      basis: null,
      token: null,
      securityEpoch: epoch,
      origin,
      ...standing,
    })
    const made = (caller: Caller, name: string) =>
      useCases.create(caller, { name, expiration: null, roleDescriptors: [], metadata: {} })
    const namesOf = async (caller: Caller, asked: Partial<typeof owned> | object = {}) =>
      (await useCases.get(caller, { ...owned, ...asked }, false, reading())).map(({ name }) => name).sort()
    return { ...useCases, useCasesIn, apiKeys, joeOf, made, namesOf }
  }

  it('are those of all realms of a domain, and of no other', async () => {
    const { joeOf, made, namesOf } = await withJoes()
    for (const realm of [native, corp, partner]) await made(joeOf(realm), realm.name)
    expect(await namesOf(joeOf(native))).toEqual(['corp', 'native'])
    expect(await namesOf(joeOf(corp))).toEqual(['corp', 'native'])
    expect(await namesOf(joeOf(partner))).toEqual(['partner'])
    const ofNative = { owned: false, username: 'joe', realmName: 'native' }
    expect(await namesOf(joeOf(corp), ofNative)).toEqual(['native'])
    await expect(namesOf(joeOf(partner), ofNative)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('are not those of who has the name, and the realm, at another server', async () => {
    const { joeOf, made, namesOf, invalidate } = await withJoes()
    const elsewhere = joeOf(native, { via: 'cluster' })
    await made(joeOf(native), 'ours')
    const theirs = await made(elsewhere, 'theirs')
    expect(await namesOf(joeOf(native))).toEqual(['ours'])
    expect(await namesOf(elsewhere)).toEqual(['theirs'])
    const ofNative = { owned: false, username: 'joe', realmName: 'native' }
    expect(await namesOf(joeOf(native), ofNative)).toEqual(['ours'])
    expect(await namesOf(elsewhere, ofNative)).toEqual(['theirs'])
    expect(await invalidate(elsewhere, { ...owned, ...ofNative })).toEqual({
      invalidated: [theirs.id],
      previouslyInvalidated: [],
    })
  })

  it.each([
    ['was renamed', 'people', [native, corp], ['corp', 'native']],
    ['has lost a realm', 'staff', [corp], ['native']],
    ['was removed', 'other', [], ['native']],
  ])('are for a key those of its owner, whose domain %s', async (_, domain, realms, expected) => {
    const { useCasesIn, apiKeys, joeOf, made } = await withJoes()
    await made(joeOf(corp), 'corp')
    const { id } = await made(joeOf(native, { roles: ['superuser'] }), 'native')
    const found = await apiKeys.find(id)
    if (!found) throw new Error('there is no key')
    const { subject, standing } = apiKeyProof(found.apiKey)
    const key = joeOf(native, { ...subject, ...standing, authenticationType: 'api_key' })
    const shown = await useCasesIn(domain, ...realms).get(key, owned, false, reading())
    expect(shown.map(({ name }) => name).sort()).toEqual(expected)
  })

  it('are none for an API key of another server, which makes none that may do anything', async () => {
    const { joeOf, made, namesOf, ...useCases } = await withJoes()
    const theirKey = joeOf(native, { subjectType: 'api_key', via: 'cluster' })
    await made(joeOf(native, { via: 'cluster' }), 'of their user')
    await expect(made(theirKey, 'derived')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(namesOf(theirKey)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    const page = { ids: null, from: 0, size: 10, newestFirst: false }
    expect(await useCases.query(theirKey, page, false, reading())).toEqual({ total: 0, apiKeys: [] })
  })
})

describe('an API key that is made', () => {
  const emptied = prepared()

  /** The use cases, and joe as a caller. */
  async function withJoe() {
    const { roles, apiKeys, users, securityEpoch } = await emptied()
    const joe = { username: 'joe', roles: ['superuser'], fullName: null, email: null, metadata: {} }
    await users.put({ ...joe, passwordHash: 'hash', enabled: true }, groundless)
    const caller: Caller = {
      ...joe,
      realm: native,
      authenticationType: 'realm',
      ...plainUser,
      basis: (await users.find('joe'))?.basis ?? null,
      token: null,
      securityEpoch: await securityEpoch(),
      origin,
    }
    const authorize = createAuthorize(roles)
    const parts = {
      authorize,
      apiKeys,
      roles,
      domainOf: createDomainOf([]),
      realmOf: () => native,
      retained: 1_000,
    }
    const key = {
      ...{ id: 'key', keyHash: 'hash', name: 'x', owner: { username: 'joe', realm: native, via: null } },
      ...{ roleDescriptors: [], limitedBy: [], metadata: {}, parent: null },
    }
    const store = (more: object) =>
      apiKeys.create({ ...key, ...more }, { valid: null, retained: 1_000, most: 1_000 }, null)
    return { ...createApiKeys(parts), users, caller, store }
  }

  const input = { name: 'x', expiration: null, roleDescriptors: [], metadata: {} }
  const gone = {
    code: 'UNAUTHENTICATED',
    message: 'unable to authenticate user [joe] for action [cluster:admin/xpack/security/api_key/create]',
  }

  it('is none for a user who was written meanwhile', async () => {
    const { users, create, caller } = await withJoe()
    await users.setPasswordHash('joe', 'another', groundless)
    await expect(create(caller, input)).rejects.toMatchObject(gone)
  })

  it('is none for a caller whose token has ended meanwhile', async () => {
    const { create, caller } = await withJoe()
    const token = { accessHash: 'ended', family: 'login', familyStartedAt: 1, left: 1 }
    await expect(create({ ...caller, token }, input)).rejects.toMatchObject(gone)
  })

  it('is refused to an owner who has 1,000 valid ones', async () => {
    const { create, caller, store } = await withJoe()
    for (let n = 0; n < 1_000; n++) await store({ id: `key${n}` })
    await expect(create(caller, input)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'an owner can have at most [1000] valid API keys, invalidate some first',
    })
  })

  it('is shown with others up to 64 MiB, and all can be seen in parts', async () => {
    const { caller, store, ...useCases } = await withJoe()
    const everybodys = { ...owned, owned: false }
    const metadata = { x: 'x'.repeat(1_048_576) }
    for (let n = 0; n < 63; n++) await store({ id: `key${n}`, metadata })
    expect(await useCases.get(caller, everybodys, false, reading())).toHaveLength(63)
    await store({ id: 'last', metadata })
    await expect(useCases.get(caller, everybodys, false, reading())).rejects.toMatchObject({
      code: 'TOO_LARGE',
    })
    const page = { ids: null, from: 0, size: 60, newestFirst: true }
    expect((await useCases.query(caller, page, false, reading())).apiKeys[0]?.id).toBe('last')
    expect((await useCases.query(caller, { ...page, from: 60 }, false, reading())).apiKeys).toHaveLength(4)
    await expect(useCases.query(caller, { ...page, size: 100 }, false, reading())).rejects.toMatchObject({
      code: 'TOO_LARGE',
    })
  })
})
