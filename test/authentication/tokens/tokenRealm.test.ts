import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Basis } from '../../../src/authentication/basis.ts'
import { createMappedSubject } from '../../../src/authentication/mappedSubject.ts'
import type { Realm } from '../../../src/authentication/realm.ts'
import { plainUser, type Caller, type Subject } from '../../../src/authentication/subject.ts'
import { createTokenRealm } from '../../../src/authentication/tokens/tokenRealm.ts'
import { createTokens } from '../../../src/authentication/tokens/tokens.ts'
import { createMappedRoles } from '../../../src/authorization/mappings/mappedRoles.ts'
import { createAuthorize } from '../../../src/authorization/authorize.ts'
import { groundless } from '../../support/groundless.ts'
import { prepared } from '../../support/testDatabase.ts'
import { callerAttempt, origin, provenByRealms } from '../../support/attempts.ts'

const native = { name: 'native', type: 'native', domain: null }
const corp = { name: 'corp', type: 'jwt', domain: 'staff' }
const ada = { username: 'ada', roles: ['of ada'], fullName: null, email: null, metadata: {} }
const ofCorp: Subject = { ...ada, roles: ['of the realm'], metadata: { groups: ['a'] }, realm: corp }
const grant = { kind: 'password', username: 'ada', password: 'whatever' } as const

/** The use cases, with one realm of another kind, and realms that are configured. */
function serviceOn(
  database: Awaited<ReturnType<ReturnType<typeof prepared>>>,
  corpRealm: Realm,
  realms = [native, corp],
) {
  const { tokens, apiKeys, roles, roleMappings } = database
  const realmOf = (type: string, name: string) =>
    realms.find((realm) => realm.type === type && realm.name === name) ?? null
  const prove = provenByRealms([createTokenRealm({ tokens, apiKeys, realmOf }), corpRealm])
  const authorize = createAuthorize(roles)
  const parts = {
    authorize,
    prove,
    tokens,
    realmOf,
    mappedSubject: createMappedSubject(
      createMappedRoles({ stored: roleMappings, report: expect.unreachable }),
    ),
    timeout: 1_000,
    revokeOnReuse: true,
    reportReuse: () => undefined,
  }
  return { ...createTokens(parts), prove }
}

describe('tokens of a realm of another kind', () => {
  const emptied = prepared()

  /** A database with ada, and a caller that may do everything. */
  async function withAda() {
    const database = await emptied()
    await database.users.put({ ...ada, passwordHash: 'hash', enabled: true }, groundless)
    const basisNow = async () => (await database.users.find('ada'))?.basis ?? null
    const caller: Caller = {
      ...ada,
      roles: ['superuser'],
      realm: native,
      authenticationType: 'realm',
      ...plainUser,
      basis: await basisNow(),
      token: null,
      securityEpoch: await database.securityEpoch(),
      origin,
    }
    return { database, basisNow, caller }
  }

  function proving(basis: () => Promise<Basis | null>): Realm {
    return {
      async authenticate({ kind }) {
        if (kind !== 'password') return null
        const proof = {
          kind: 'proven',
          subject: ofCorp,
          authenticationType: 'realm',
          securityEpoch: null,
        } as const
        return { ...proof, basis: await basis() }
      },
    }
  }

  async function issued({ create }: ReturnType<typeof serviceOn>, caller: Caller) {
    const token = await create(caller, grant)
    if (token.kind !== 'Token') throw new Error('there is no token')
    return token
  }

  const bearer = (token: string) => ({ kind: 'accessToken', token, clientSecret: null }) as const

  it('prove whom the realm proved, as it said, whatever has the name here', async () => {
    const { database, caller } = await withAda()
    const service = serviceOn(
      database,
      proving(() => Promise.resolve(null)),
    )
    const { accessToken, authentication } = await issued(service, caller)
    expect(authentication).toEqual({ ...ofCorp, authenticationType: 'realm' })
    await database.users.delete('ada')
    expect(await service.prove(bearer(accessToken), callerAttempt)).toEqual({
      kind: 'proven',
      subject: ofCorp,
      authenticationType: 'token',
      standing: plainUser,
      basis: null,
      token: {
        accessHash: hash('sha256', accessToken, 'base64url'),
        family: expect.any(String) as string,
        familyStartedAt: expect.any(Number) as number,
        left: expect.any(Number) as number,
      },
      securityEpoch: await database.securityEpoch(),
    })
  })

  it('are refreshed with what the realm said', async () => {
    const { database, caller } = await withAda()
    const service = serviceOn(
      database,
      proving(() => Promise.resolve(null)),
    )
    const { refreshToken } = await issued(service, caller)
    expect(await service.refresh(caller, refreshToken ?? '')).toMatchObject({
      kind: 'Token',
      authentication: { ...ofCorp, authenticationType: 'token' },
    })
  })

  it('say what the user of ours is now on whom the proof rested, and end with that user', async () => {
    const { database, basisNow, caller } = await withAda()
    const service = serviceOn(database, proving(basisNow))
    const { accessToken, refreshToken } = await issued(service, caller)
    await database.users.replace({ ...ada, roles: ['other'], enabled: true })
    expect(await service.prove(bearer(accessToken), callerAttempt)).toMatchObject({
      subject: { ...ada, roles: ['other'], realm: corp },
      basis: await basisNow(),
    })
    await database.users.setPasswordHash('ada', 'another', groundless)
    expect(await service.prove(bearer(accessToken), callerAttempt)).toEqual({
      kind: 'refused',
      reason: 'TOKEN_EXPIRED',
    })
    expect(await service.refresh(caller, refreshToken ?? '')).toMatchObject({
      message: 'token has been invalidated',
    })
  })

  it('end where the realm is not configured any more', async () => {
    const { database, caller } = await withAda()
    const realm = proving(() => Promise.resolve(null))
    const { accessToken, refreshToken } = await issued(serviceOn(database, realm), caller)
    const service = serviceOn(database, realm, [native])
    expect(await service.prove(bearer(accessToken), callerAttempt)).toEqual({
      kind: 'refused',
      reason: 'TOKEN_EXPIRED',
    })
    expect(await service.refresh(caller, refreshToken ?? '')).toMatchObject({
      message: 'token has been invalidated',
    })
  })

  it('are issued to who is proven again, if the user was written meanwhile', async () => {
    const { database, basisNow, caller } = await withAda()
    let proofs = 0
    const realm = proving(async () => {
      const basis = await basisNow()
      if (++proofs < 3) await database.users.setPasswordHash('ada', `hash ${proofs}`, groundless)
      return basis
    })
    const service = serviceOn(database, realm)
    const { accessToken } = await issued(service, caller)
    expect(proofs).toBe(3)
    expect(await service.prove(bearer(accessToken), callerAttempt)).toMatchObject({ kind: 'proven' })
  })
})

describe('client credentials', () => {
  const emptied = prepared()

  it('give nothing to a caller who was written meanwhile', async () => {
    const database = await emptied()
    await database.users.put({ ...ada, passwordHash: 'hash', enabled: true }, groundless)
    const caller: Caller = {
      ...ada,
      roles: ['superuser'],
      realm: native,
      authenticationType: 'realm',
      ...plainUser,
      basis: (await database.users.find('ada'))?.basis ?? null,
      token: null,
      securityEpoch: await database.securityEpoch(),
      origin,
    }
    const { create } = serviceOn(database, { authenticate: () => Promise.resolve(null) })
    await database.users.setPasswordHash('ada', 'another', groundless)
    expect(await create(caller, { kind: 'clientCredentials' })).toEqual({
      kind: 'GrantRejected',
      reason: 'NOT_AUTHENTICATED',
      principal: 'ada',
      message: 'unable to authenticate user [ada] for action [cluster:admin/xpack/security/token/create]',
    })
    expect(await database.run('SELECT * FROM tokens')).toEqual([])
  })
})
