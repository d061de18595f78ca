import { beforeAll, describe, expect, it } from 'vitest'
import type { Grant } from '../../src/authentication/credentials.ts'
import { createNativeRealm } from '../../src/authentication/native.ts'
import { createPasswords } from '../../src/authentication/passwords.ts'
import { refused, type Proof } from '../../src/authentication/realm.ts'
import type { StoredUser } from '../../src/authentication/userRepository.ts'
import { openDatabase, type Database } from '../../src/storage/database.ts'
import { newDatabase, optionsFor, prepared } from '../support/testDatabase.ts'

const ref = { name: 'default_native', type: 'native', domain: null }
const passwords = createPasswords()
let jacknich: StoredUser

beforeAll(async () => {
  jacknich = {
    username: 'jacknich',
    passwordHash: await passwords.hash('l0ng-r4nd0m-p@ssw0rd'),
    roles: ['admin', 'other_role1'],
    fullName: 'Jack Nicholson',
    email: 'jacknich@example.com',
    metadata: { intelligence: 7 },
    enabled: true,
  }
})

function grant(username: string, password: string): Grant {
  return { kind: 'password', username, password }
}
const right = grant('jacknich', 'l0ng-r4nd0m-p@ssw0rd')

function nativeRealm({ users }: Pick<Database, 'users'>) {
  const owns = (username: string) => username !== 'elastic'
  return createNativeRealm({ ref, users, passwords, owns })
}

describe('the native realm', () => {
  const emptied = prepared()

  async function withJacknich() {
    const opened = await emptied()
    await opened.users.put(jacknich)
    return { ...opened, realm: nativeRealm(opened) }
  }

  describe('answers that a grant is not its', () => {
    it('if it is a token', async () => {
      const { realm } = await withJacknich()
      expect(await realm.authenticate({ kind: 'accessToken', token: 'x', clientSecret: null })).toBeNull()
    })

    it('if the username belongs to another realm, even with the right password', async () => {
      const { realm, users } = await withJacknich()
      await users.put({ ...jacknich, username: 'elastic' })
      expect(await realm.authenticate(grant('elastic', 'l0ng-r4nd0m-p@ssw0rd'))).toBeNull()
    })
  })

  describe('proves', () => {
    it('an enabled user by the password, as the database has the user, without the hash', async () => {
      const { realm } = await withJacknich()
      const { passwordHash, enabled, ...subject } = jacknich
      const proof = await realm.authenticate(right)
      expect(proof).toMatchObject({ kind: 'proven' })
      expect((proof as Proof).subject).toEqual({ ...subject, realm: ref })
      expect(JSON.stringify(proof)).not.toContain(passwordHash)
      expect(enabled).toBe(true)
    })

    it('a user who is enabled again', async () => {
      const { realm, users } = await withJacknich()
      await users.setEnabled('jacknich', false)
      await users.setEnabled('jacknich', true)
      expect(await realm.authenticate(right)).toMatchObject({ kind: 'proven' })
    })

    it('only the new password once it is changed, though the old one was proven a moment ago', async () => {
      const { realm, users } = await withJacknich()
      await realm.authenticate(right)
      await users.setPasswordHash('jacknich', await passwords.hash('new password'))
      expect(await realm.authenticate(right)).toMatchObject({ kind: 'refused' })
      expect(await realm.authenticate(grant('jacknich', 'new password'))).toMatchObject({ kind: 'proven' })
    })
  })

  describe('refuses', () => {
    const cases: [what: string, Grant, enabled: boolean][] = [
      ['a wrong password', grant('jacknich', 'wrong'), true],
      ['an empty password', grant('jacknich', ''), true],
      ['a disabled user with the right password', right, false],
      ['a disabled user with a wrong password', grant('jacknich', 'wrong'), false],
      ['an unknown user', grant('nobody', 'wrong'), true],
      ['another case of the name', grant('JackNich', 'l0ng-r4nd0m-p@ssw0rd'), true],
      ['a name with a space at its end', grant('jacknich ', 'l0ng-r4nd0m-p@ssw0rd'), true],
      ['the empty name', grant('', 'wrong'), true],
      ['a name that no user can have', grant('jäcknich', 'wrong'), true],
      ['a name with a control character', grant('jack\0nich', 'wrong'), true],
      ['an endless name', grant('a'.repeat(1_000_000), 'wrong'), true],
    ]

    it.each(cases)('%s in the same words, after one verification', async (_, given, enabled) => {
      const { users } = await withJacknich()
      await users.setEnabled('jacknich', enabled)
      let verifications = 0
      const counted: typeof passwords = {
        ...passwords,
        verify(...given) {
          verifications += 1
          return passwords.verify(...given)
        },
      }
      const realm = createNativeRealm({ ref, users, passwords: counted, owns: () => true })
      expect(await realm.authenticate(given)).toEqual(refused)
      expect(verifications).toBe(1)
    })

    it('a disabled user whose password was proven before', async () => {
      const { realm, users } = await withJacknich()
      await realm.authenticate(right)
      await users.setEnabled('jacknich', false)
      expect(await realm.authenticate(right)).toEqual(refused)
    })
  })

  it('says what its proof rests on, which every change of the user takes away', async () => {
    const { realm, users, profiles } = await withJacknich()
    const proof = await realm.authenticate(right)
    if (proof?.kind !== 'proven') throw new Error('the user is not proven')
    expect(proof.basis).toEqual((await users.find('jacknich'))?.basis)
    expect(await profiles.candidates('base', proof.basis)).toMatchObject({ stands: true })
    await users.setEnabled('jacknich', true)
    expect(await profiles.candidates('base', proof.basis)).toMatchObject({ stands: false })
  })

  it('throws, rather than refuses, if the database does not answer', async () => {
    const made = await newDatabase()
    const other = await openDatabase(optionsFor(made))
    const realm = nativeRealm(other)
    await other.close()
    await expect(realm.authenticate(right)).rejects.toThrow()
    await made.remove()
  })
})
