import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDomainOf } from '../../src/authentication/domain.ts'
import { staticKeys } from '../../src/authentication/jwt/keys.ts'
import { createNativeRealm } from '../../src/authentication/native.ts'
import { createAuthorize } from '../../src/authorization/authorize.ts'
import { createActivate } from '../../src/profile/activate.ts'
import { application, jacknich, profileOf, provision } from '../profile/activating.ts'
import { groundless } from '../support/groundless.ts'
import { createIssuer } from '../support/jwt.ts'
import { plainJwtRealm, plainKeyOf } from '../support/plainJwtRealm.ts'
import { prepared, type TestDatabase } from '../support/testDatabase.ts'
import { provenByRealms } from '../support/attempts.ts'
import { newPasswords } from '../support/passwords.ts'

const issuer = createIssuer()

describe('what happens to a native user while a token is taken for that user', () => {
  const emptied = prepared()
  let database: TestDatabase
  let token = ''

  beforeAll(async () => {
    token = await issuer.issue()
  })
  beforeEach(async () => {
    database = await emptied()
    await provision(database)
  })

  /** Activation with a JWT of a realm that looks its users up, where something happens after the first look. */
  function activateWhile(happening: () => Promise<unknown>) {
    const { users, roles, profiles } = database
    const ref = { name: 'native', type: 'native', domain: null }
    const passwords = newPasswords()
    const native = createNativeRealm({ ref, users, passwords, owns: () => true, report: vi.fn() })
    let looks = 0
    const realm = plainJwtRealm(issuer, staticKeys([plainKeyOf(issuer)]), {
      async lookUp(username) {
        const found = await native.lookUp(username)
        if (++looks === 1) await happening()
        return found
      },
    })
    const activate = createActivate({
      authorize: createAuthorize(roles),
      prove: provenByRealms([native, realm]),
      profiles,
      domainOf: createDomainOf([]),
      unchangedGrace: 30_000,
    })
    return activate(application, { kind: 'accessToken', token, clientSecret: null })
  }

  it.each([
    ['roles', { roles: ['changed'] }],
    ['names', { fullName: 'Changed' }],
    ['password', { passwordHash: 'another hash', roles: ['changed'] }],
  ])('counts, if it is a change of %s', async (_, change) => {
    const profile = await profileOf(
      activateWhile(() => database.users.put({ ...jacknich, ...change }, groundless)),
    )
    const { roles, fullName } = { ...jacknich, ...change }
    expect(profile.user).toMatchObject({ username: 'jacknich', roles, fullName, realm: { name: 'web' } })
    expect(profile.seqNo).toBe(0)
  })

  it.each<[string, () => Promise<unknown>]>([
    ['disabled', () => database.users.put({ ...jacknich, enabled: false }, groundless)],
    ['deleted', () => database.users.delete('jacknich')],
  ])('has no profile written, if the user is %s', async (_, happening) => {
    expect(await activateWhile(happening)).toMatchObject({
      kind: 'GrantRejected',
      reason: 'NOT_AUTHENTICATED',
    })
    expect(await database.run('SELECT uid FROM profiles')).toEqual([])
  })
})
