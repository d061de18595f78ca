import { hash as digest, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { hash } from '@node-rs/bcrypt'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Grant } from '../../src/authentication/credentials.ts'
import { createNativeRealm } from '../../src/authentication/native.ts'
import { isOwnHash } from '../../src/authentication/passwordHash.ts'
import { refused, refusedKnown, type Proof } from '../../src/authentication/realm.ts'
import type { StoredUser, UserRepository } from '../../src/authentication/userRepository.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { atOnce } from '../storage/contract/concurrency.ts'
import { groundless } from '../support/groundless.ts'
import { newDatabase, optionsFor, prepared, userIn } from '../support/testDatabase.ts'
import { newPasswords } from '../support/passwords.ts'
import { source } from '../support/attempts.ts'

const ref = { name: 'default_native', type: 'native', domain: null }
const passwords = newPasswords()
let jacknich: StoredUser

beforeAll(async () => {
  jacknich = {
    username: 'jacknich',
    passwordHash: await passwords.hash('l0ng-r4nd0m-p@ssw0rd', source),
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
const password = 'l0ng-r4nd0m-p@ssw0rd'
const right = grant('jacknich', password)

const formats: [name: string, make: (password: string) => Promise<string>][] = [
  ['bcrypt', (text) => hash(text, 4)],
  ['PBKDF2', (text) => pbkdf2Hash('{PBKDF2}', text)],
  ['PBKDF2_STRETCH', (text) => pbkdf2Hash('{PBKDF2_STRETCH}', digest('sha512', text, 'hex'))],
]

async function pbkdf2Hash(prefix: string, text: string): Promise<string> {
  const derived = await promisify(pbkdf2)(text, Buffer.alloc(32), 1_000, 32, 'sha512')
  return `${prefix}1000$${Buffer.alloc(32).toString('base64')}$${derived.toString('base64')}`
}

interface Realms {
  users: Pick<UserRepository, 'find' | 'findPassword' | 'rehash'>
  report?: (cause: unknown) => void
}

function nativeRealm({ users, report = rethrow }: Realms) {
  const owns = (username: string) => username !== 'elastic'
  return createNativeRealm({ ref, users, passwords, owns, report })
}

function rethrow(cause: unknown): never {
  throw cause
}

describe('the native realm', () => {
  const emptied = prepared()

  async function withJacknich() {
    const opened = await emptied()
    await opened.users.put(jacknich, groundless)
    return { ...opened, realm: nativeRealm(opened) }
  }

  describe('answers that a grant is not its', () => {
    it('if it is a token', async () => {
      const { realm } = await withJacknich()
      expect(
        await realm.authenticate({ kind: 'accessToken', token: 'x', clientSecret: null }, source),
      ).toBeNull()
    })

    it('if the username belongs to another realm, even with the right password', async () => {
      const { realm, users } = await withJacknich()
      await users.put({ ...jacknich, username: 'elastic' }, groundless)
      expect(await realm.authenticate(grant('elastic', 'l0ng-r4nd0m-p@ssw0rd'), source)).toBeNull()
    })
  })

  describe('proves', () => {
    it('an enabled user by the password, as the database has the user, without the hash', async () => {
      const { realm } = await withJacknich()
      const { passwordHash, enabled, ...subject } = jacknich
      const proof = await realm.authenticate(right, source)
      expect(proof).toMatchObject({ kind: 'proven' })
      expect((proof as Proof).subject).toEqual({ ...subject, realm: ref })
      expect(JSON.stringify(proof)).not.toContain(passwordHash)
      expect(enabled).toBe(true)
    })

    it('a user with large metadata, whole', async () => {
      const { realm, users } = await withJacknich()
      const metadata = { text: 'x'.repeat(100_000) }
      await users.put({ ...jacknich, metadata }, groundless)
      const { basis } = (await users.find('jacknich')) ?? {}
      expect(await realm.authenticate(right, source)).toMatchObject({
        kind: 'proven',
        subject: { metadata },
        basis,
      })
    })

    it.each<[string, (users: UserRepository) => Promise<unknown>, object]>([
      [
        'its password',
        async (users) => users.setPasswordHash('jacknich', await passwords.hash('new', source), groundless),
        refused,
      ],
      ['that it is enabled', (users) => users.setEnabled('jacknich', false), refused],
      ['that it is there', (users) => users.delete('jacknich'), refused],
      [
        'its roles',
        (users) => users.replace({ ...jacknich, roles: ['new'] }),
        { kind: 'proven', subject: { roles: ['new'] } },
      ],
    ])(
      'a user with large metadata as it is once that is read, after another write: %s',
      async (_, write, answer) => {
        const { users } = await withJacknich()
        await users.put({ ...jacknich, metadata: { text: 'x'.repeat(100_000) } }, groundless)
        let written: Promise<unknown> | undefined
        const realm = nativeRealm({
          users: {
            ...users,
            async find(...given) {
              await (written ??= write(users))
              return users.find(...given)
            },
          },
        })
        expect(await realm.authenticate(right, source)).toMatchObject(answer)
        expect(written).toBeDefined()
      },
    )

    it('a user who is enabled again', async () => {
      const { realm, users } = await withJacknich()
      await users.setEnabled('jacknich', false)
      await users.setEnabled('jacknich', true)
      expect(await realm.authenticate(right, source)).toMatchObject({ kind: 'proven' })
    })

    it('only the new password once it is changed, though the old one was proven a moment ago', async () => {
      const { realm, users } = await withJacknich()
      await realm.authenticate(right, source)
      await users.setPasswordHash('jacknich', await passwords.hash('new password', source), groundless)
      expect(await realm.authenticate(right, source)).toMatchObject({ kind: 'refused' })
      expect(await realm.authenticate(grant('jacknich', 'new password'), source)).toMatchObject({
        kind: 'proven',
      })
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
      const realm = createNativeRealm({ ref, users, passwords: counted, owns: () => true, report: rethrow })
      // Whether there is such a user, only the audit log is told.
      const isKnown = given.kind === 'password' && given.username === 'jacknich'
      expect(await realm.authenticate(given, source)).toEqual(isKnown ? refusedKnown : refused)
      expect(verifications).toBe(1)
    })

    it('a wrong password of a user with large metadata, of which nothing is read for it', async () => {
      const { users } = await withJacknich()
      await users.put({ ...jacknich, metadata: { text: 'x'.repeat(100_000) } }, groundless)
      const realm = nativeRealm({ users: { ...users, find: () => Promise.reject(new Error('read')) } })
      expect(await realm.authenticate(grant('jacknich', 'wrong'), source)).toMatchObject(refused)
      await expect(realm.authenticate(right, source)).rejects.toThrow('read')
    })

    it('a disabled user whose password was proven before', async () => {
      const { realm, users } = await withJacknich()
      await realm.authenticate(right, source)
      await users.setEnabled('jacknich', false)
      expect(await realm.authenticate(right, source)).toEqual(refusedKnown)
    })
  })

  describe('gives a user with an imported hash one of our own', () => {
    const imported = formats.map(([name, make]): [string, () => Promise<string>] => [
      name,
      () => make(password),
    ])

    async function withImported(make: () => Promise<string> = () => hash(password, 4)) {
      const opened = await withJacknich()
      const passwordHash = await make()
      await opened.users.put({ ...jacknich, passwordHash }, groundless)
      return { ...opened, passwordHash }
    }

    it.each(imported)('when the password proves right, which it does then too: %s', async (_, make) => {
      const { realm, users, passwordHash } = await withImported(make)
      expect(await realm.authenticate(grant('jacknich', 'wrong'), source)).toEqual(refusedKnown)
      expect(await userIn(users, 'jacknich')).toMatchObject({ passwordHash })
      const proof = await realm.authenticate(right, source)
      const found = await users.find('jacknich')
      expect(isOwnHash(found?.user.passwordHash ?? '')).toBe(true)
      expect(found?.user).toEqual({ ...jacknich, passwordHash: found?.user.passwordHash })
      expect(proof).toMatchObject({ kind: 'proven', basis: found?.basis })
      expect(await realm.authenticate(right, source)).toEqual(proof)
      expect(await realm.authenticate(grant('jacknich', 'wrong'), source)).toEqual(refusedKnown)
    })

    it('once, however many log in at once at however many gateways, and proves all of them', async () => {
      const { users } = await withImported()
      const before = await users.find('jacknich')
      const gateways = [nativeRealm({ users }), nativeRealm({ users })]
      const proofs = await atOnce(
        100,
        (n) => gateways[n % 2]?.authenticate(right, source) ?? Promise.reject(new Error()),
      )
      const { basis } = (await users.find('jacknich')) ?? {}
      expect(basis?.revision).toBe((before?.basis.revision ?? 0) + 1)
      for (const proof of proofs) expect(proof).toMatchObject({ kind: 'proven', basis })
    })

    // What is done happens after the old hash has proven the password, right before the new one is stored.
    it.each<[string, (users: UserRepository) => Promise<unknown>, object]>([
      [
        'another password',
        async (users) => users.setPasswordHash('jacknich', await passwords.hash('new', source), groundless),
        refused,
      ],
      ['a disabling', (users) => users.setEnabled('jacknich', false), refused],
      ['a deletion', (users) => users.delete('jacknich'), refused],
      [
        'another role',
        (users) => users.replace({ ...jacknich, roles: ['new'] }),
        { kind: 'proven', subject: { roles: ['new'] } },
      ],
    ])('unless the user was written meanwhile, which counts: %s', async (_, write, answer) => {
      const { users } = await withImported()
      let written: Promise<unknown> | undefined
      const realm = nativeRealm({
        users: {
          ...users,
          async rehash(...given) {
            await (written ??= write(users))
            return users.rehash(...given)
          },
        },
      })
      expect(await realm.authenticate(right, source)).toMatchObject(answer)
      expect(written).toBeDefined()
    })

    it('at the next login, if it cannot be stored now: the old one proves the user', async () => {
      const { users, passwordHash } = await withImported()
      const reported: unknown[] = []
      const failure = new Error('read-only')
      const readOnly = { ...users, rehash: () => Promise.reject(failure) }
      const realm = nativeRealm({ users: readOnly, report: (cause) => reported.push(cause) })
      const { basis } = (await users.find('jacknich')) ?? {}
      expect(await realm.authenticate(right, source)).toMatchObject({ kind: 'proven', basis })
      expect(reported).toEqual([failure])
      expect(await userIn(users, 'jacknich')).toMatchObject({ passwordHash })
      expect(await nativeRealm({ users }).authenticate(right, source)).toMatchObject({ kind: 'proven' })
      expect(isOwnHash((await userIn(users, 'jacknich'))?.passwordHash ?? '')).toBe(true)
    })

    it('gives up, and proves the user, if others write the user all the time', async () => {
      const { users } = await withImported()
      const realm = nativeRealm({
        users: {
          ...users,
          async rehash(...given) {
            await users.setEnabled('jacknich', true)
            return users.rehash(...given)
          },
        },
      })
      expect(await realm.authenticate(right, source)).toMatchObject({ kind: 'proven' })
    })

    it('but not of a password of which bcrypt knows the beginning alone: what was hashed may be longer', async () => {
      const long = 'x'.repeat(100)
      const { realm, users, passwordHash } = await withImported(() => hash(long, 4))
      for (const given of [long, long.slice(0, 72), `${long}!`]) {
        expect(await realm.authenticate(grant('jacknich', given), source)).toMatchObject({ kind: 'proven' })
      }
      expect(await userIn(users, 'jacknich')).toMatchObject({ passwordHash })
    })
  })

  it('says what its proof rests on, which every change of the user takes away', async () => {
    const { realm, users, profiles } = await withJacknich()
    const proof = await realm.authenticate(right, source)
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
    await expect(realm.authenticate(right, source)).rejects.toThrow()
    await made.remove()
  })
})
