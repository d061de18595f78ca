import { describe, expect, it, vi } from 'vitest'
import { createDecoys } from '../../src/authentication/decoys.ts'
import { argon2id } from '../../src/authentication/hashFormats/argon2id.ts'
import { bcrypt } from '../../src/authentication/hashFormats/bcrypt.ts'
import { startHashCensus } from '../../src/authentication/hashCensus.ts'
import { createNativeRealm } from '../../src/authentication/native.ts'
import { foreignKindOf } from '../../src/authentication/passwordHash.ts'
import { refused } from '../../src/authentication/realm.ts'
import type { UserRepository } from '../../src/authentication/userRepository.ts'
import { groundless } from '../support/groundless.ts'
import { prepared } from '../support/testDatabase.ts'
import { newPasswords } from '../support/passwords.ts'
import { source } from '../support/attempts.ts'

const common = { roles: [], fullName: null, email: null, metadata: {}, enabled: true }
/** Of the superuser: which names get which kind depends on it. */
const secret =
  '$argon2id$v=19$m=19456,t=2,p=1$NfmCuYBsgXqTPjPqKMLGHQ$wSNDoaChGHyRXSTd+HpMG95bTdFB3GDYLLu9PdDvXMM'
const unknown = Array.from({ length: 400 }, (_, n) => `nobody-${n}`)

describe('the census of hashes', () => {
  const emptied = prepared()

  /** Half of whom have a hash of bcrypt. */
  async function withUsers() {
    const { users } = await emptied()
    await users.put({ ...common, username: 'elastic', passwordHash: secret }, groundless)
    for (let n = 0; n < 11; n++) {
      const passwordHash = n % 2 ? argon2id.decoy() : bcrypt.decoy(10)
      await users.put({ ...common, username: `user-${n}`, passwordHash }, groundless)
    }
    return users
  }

  async function counted(users: Pick<UserRepository, 'find' | 'passwordHashes'>, pause?: number) {
    const decoys = createDecoys()
    const report = vi.fn()
    const stop = await startHashCensus({ users, decoys, report, ...(pause !== undefined && { pause }) })
    return {
      decoys,
      report,
      stop,
      foreign: () => unknown.filter((name) => foreignKindOf(decoys.decoyFor(name))),
    }
  }

  it('gives unknown names the kinds of hashes that users have, each always the same', async () => {
    const users = await withUsers()
    const first = await counted(users)
    await first.stop()
    expect(first.foreign().length / unknown.length).toBeCloseTo(0.5, 1)
    for (const name of first.foreign())
      expect(foreignKindOf(first.decoys.decoyFor(name))).toMatchObject({ cost: 10 })
    const restarted = await counted(users)
    await restarted.stop()
    expect(restarted.foreign()).toEqual(first.foreign())
    expect(first.report).not.toHaveBeenCalled()
  })

  it('counts those alone who can log in: the others are like unknown ones', async () => {
    const users = await withUsers()
    for (let n = 0; n < 11; n += 2) await users.setEnabled(`user-${n}`, false)
    const { stop, foreign, decoys } = await counted(users)
    await stop()
    expect(foreign()).toEqual([])
    const asked: string[] = []
    const passwords = newPasswords({
      decoyFor(name) {
        asked.push(name)
        return decoys.decoyFor(name)
      },
    })
    const ref = { name: 'native', type: 'native', domain: null }
    const realm = createNativeRealm({ ref, users, passwords, owns: () => true, report: vi.fn() })
    for (const username of ['user-0', 'nobody', 'user-1']) {
      expect(
        await realm.authenticate({ kind: 'password', username, password: 'wrong' }, source),
      ).toMatchObject(refused)
    }
    expect(asked).toEqual(['user-0', 'nobody'])
  })

  it('counts more users than it reads at once', async () => {
    const users = await withUsers()
    const asked: number[] = []
    const threes: typeof users.passwordHashes = async (after, most) => {
      asked.push(most)
      return users.passwordHashes(after, Math.min(3, most))
    }
    const one = await counted({ ...users, passwordHashes: threes })
    const other = await counted(users)
    await Promise.all([one.stop(), other.stop()])
    expect(asked).toHaveLength(5)
    expect(one.foreign()).toEqual(other.foreign())
  })

  it('is taken again and again, and is not tried less after a failure', async () => {
    const users = await withUsers()
    let failing = true
    const sometimes: typeof users.passwordHashes = (...given) =>
      failing ? Promise.reject(new Error('no')) : users.passwordHashes(...given)
    const { stop, foreign, report } = await counted({ ...users, passwordHashes: sometimes }, 5)
    expect(foreign()).toEqual([])
    expect(report).toHaveBeenCalledWith(new Error('no'))
    failing = false
    await vi.waitFor(() => expect(foreign()).not.toEqual([]))
    for (let n = 0; n < 11; n += 2) await users.setPasswordHash(`user-${n}`, argon2id.decoy(), groundless)
    await vi.waitFor(() => expect(foreign()).toEqual([]))
    await stop()
  })

  it('gives other names to the kinds when the superuser has another password', async () => {
    const users = await withUsers()
    const { stop, foreign } = await counted(users, 5)
    const before = foreign()
    await users.setPasswordHash('elastic', argon2id.decoy(), groundless)
    await vi.waitFor(() => expect(foreign()).not.toEqual(before))
    await stop()
  })
})
