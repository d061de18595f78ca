import { describe, expect, it, onTestFinished } from 'vitest'
import type { Profile } from '../../../src/profile/profile.ts'
import { baseOf, uidOf } from '../../../src/profile/uid.ts'
import { openDatabase } from '../../../src/storage/database.ts'
import { groundless } from '../../support/groundless.ts'
import { databaseName, newDatabase, optionsFor, prepared } from '../../support/testDatabase.ts'
import { atOnce } from './concurrency.ts'

function profileOf(n: number, fullName: string | null = null): Profile {
  return {
    uid: uidOf(baseOf(`user-${n}`), 0),
    enabled: true,
    lastSynchronized: 1_642_650_651_037,
    user: {
      username: `user-${n}`,
      roles: ['viewer'],
      fullName,
      email: null,
      realm: { name: 'native', type: 'native', domain: null },
    },
    labels: {},
    seqNo: 0,
  }
}

describe('profiles that are activated at once', () => {
  const emptied = prepared()

  it('are written and read as each was asked for, however many share a statement', async () => {
    const { profiles } = await emptied()
    const created = await atOnce(300, (n) =>
      profiles.create(baseOf(`user-${n}`), profileOf(n, `User ${n}`), null),
    )
    expect(created.every(Boolean)).toBe(true)
    const found = await atOnce(300, (n) => profiles.candidates(baseOf(`user-${n}`), null))
    expect(found.map((one) => one.profiles)).toEqual(
      Array.from({ length: 300 }, (_, n) => [profileOf(n, `User ${n}`)]),
    )
  })

  it('are written and read by few statements', async () => {
    const database = await newDatabase()
    onTestFinished(database.remove)
    const made = { read: 0, write: 0 }
    const open = await openDatabase({
      ...optionsFor(database),
      watch(kind, statement) {
        made[kind] += 1
        return statement()
      },
    })
    onTestFinished(open.close)
    const { read, write } = made
    await atOnce(128, (n) => open.profiles.create(baseOf(`user-${n}`), profileOf(n), null))
    expect(made).toEqual({ read, write: write + 2 })
    await Promise.all([
      atOnce(128, (n) => open.profiles.candidates(baseOf(`user-${n}`), null)),
      atOnce(128, (n) => open.profiles.find([profileOf(n).uid])),
      atOnce(128, (n) => open.users.findPassword(`user-${n}`)),
      atOnce(128, (n) => open.tokens.find({ accessHash: `hash-${n}` })),
      atOnce(128, (n) => open.apiKeys.find(`key-${n}`)),
    ])
    expect(made).toEqual({ read: read + 10, write: write + 2 })
  })

  it('are written by those alone that have the version before, and whose proof stands', async () => {
    const { profiles, users } = await emptied()
    const user = { passwordHash: '', roles: [], fullName: null, email: null, metadata: {}, enabled: true }
    for (const name of ['stays', 'changes']) await users.put({ ...user, username: name }, groundless)
    const basisOf = async (name: string) => (await users.find(name))?.basis ?? null
    const [stands, falls] = [await basisOf('stays'), await basisOf('changes')]
    await users.setEnabled('changes', false)
    await atOnce(4, (n) => profiles.create(baseOf(`user-${n}`), profileOf(n), null))
    const next = (n: number, seqNo: number) => ({ ...profileOf(n, 'New'), seqNo })
    const written = await Promise.all([
      profiles.refresh(next(0, 1), stands),
      profiles.refresh(next(1, 1), falls),
      profiles.refresh(next(2, 2), null),
      profiles.refresh(next(3, 1), null),
      profiles.refresh(next(4, 1), null),
      profiles.create(baseOf('user-5'), profileOf(5), falls),
      profiles.create(baseOf('user-6'), profileOf(6), stands),
    ])
    expect(written).toEqual([true, false, false, true, false, false, true])
    const found = await profiles.find(Array.from({ length: 7 }, (_, n) => profileOf(n).uid))
    const bySeqNo = found.map(({ user: { username }, seqNo }) => `${username} ${seqNo}`).sort()
    expect(bySeqNo).toEqual(['user-0 1', 'user-1 0', 'user-2 0', 'user-3 1', 'user-6 0'])
  })

  it('are read together where one has large labels, which are not read', async () => {
    const { profiles } = await emptied()
    await atOnce(3, (n) => profiles.create(baseOf(`user-${n}`), profileOf(n), null))
    const labels = { text: 'ü'.repeat(100_000) }
    await profiles.setData({ ...profileOf(1), labels, seqNo: 1 }, {})
    const found = await atOnce(3, (n) => profiles.candidates(baseOf(`user-${n}`), null))
    expect(found.map((one) => one.profiles[0]?.labels)).toEqual([{}, null, {}])
  })

  it('are stored where that was answered, and none waits for ever, if the database is closed meanwhile', async () => {
    const database = await newDatabase()
    const open = await openDatabase({ ...optionsFor(database), connectionTimeout: 500 })
    const writes = Array.from({ length: 500 }, (_, n) =>
      open.profiles.create(baseOf(`user-${n}`), profileOf(n), null),
    )
    const written = Promise.allSettled(writes)
    await writes[0]
    await open.close()
    const answers = await written
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['fulfilled', 'rejected']))
    const again = await openDatabase(optionsFor(database))
    const stored = await again.profiles.find(answers.map((_, n) => profileOf(n).uid))
    await again.close()
    await database.remove()
    const isStored = new Set(stored.map(({ uid }) => uid))
    const lost = answers.filter(({ status }, n) => status === 'fulfilled' && !isStored.has(profileOf(n).uid))
    expect(lost).toEqual([])
  })

  // SQLite takes any text.
  it.runIf(databaseName === 'postgresql')(
    'are written but for the one that the database does not take',
    async () => {
      const { profiles } = await emptied()
      const written = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) =>
          profiles.create(baseOf(`user-${n}`), profileOf(n, n === 7 ? 'NUL \0' : null), null),
        ),
      )
      expect(written.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([7])
    },
  )
})
