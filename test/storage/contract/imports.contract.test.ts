import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StoredUser } from '../../../src/authentication/userRepository.ts'
import type { Role } from '../../../src/authorization/role.ts'
import { baseOf, uidOf } from '../../../src/profile/uid.ts'
import { openTransferDatabase, type TransferDatabase } from '../../../src/storage/transferDatabase.ts'
import type { BasedProfile } from '../../../src/transfer/importRepository.ts'
import type { Snapshot } from '../../../src/transfer/exportRepository.ts'
import type { Kind, TransferRecord } from '../../../src/transfer/record.ts'
import { databaseName, newDatabase, optionsFor, type NewDatabase } from '../../support/testDatabase.ts'
import { atOnce } from './concurrency.ts'
import { anyDocument } from './documents.ts'

const ada: StoredUser = {
  username: 'ada',
  passwordHash: 'hash of ada',
  roles: ['b', 'a', 'b'],
  fullName: 'Ada Lovelace',
  email: null,
  metadata: { a: [1, { b: null }] },
  enabled: false,
}

const editor: Role = {
  name: 'editor',
  cluster: ['monitor'],
  indices: [],
  applications: [],
  runAs: [],
  global: null,
  metadata: {},
  description: null,
}

function profileOf(username: string, more: Partial<BasedProfile> = {}): BasedProfile {
  const base = baseOf(username)
  return {
    uid: uidOf(base, 0),
    base,
    enabled: true,
    lastSynchronized: 1_642_650_651_037,
    user: {
      username,
      roles: ['editor'],
      fullName: null,
      email: 'x@example.com',
      realm: { name: 'ldap1', type: 'ldap', domain: 'staff' },
    },
    labels: { app: { a: 1 } },
    data: { app: { b: ['é'] } },
    seqNo: 7,
    ...more,
  }
}

describe('what is imported', () => {
  let made: NewDatabase
  let database: TransferDatabase
  beforeAll(async () => {
    made = await newDatabase()
    database = await openTransferDatabase(optionsFor(made))
  })
  afterAll(async () => {
    await database.close()
    await made.remove()
  })
  async function emptied() {
    for (const table of ['users', 'roles', 'profiles']) await made.run(`DELETE FROM ${table}`)
    return database.imports
  }

  /** All records of a kind, as an export finds them. */
  async function stored(kind: Kind) {
    return database.exports.snapshot(async (snapshot) => {
      const found = await parts(snapshot, kind)
      expect(await snapshot.count(kind)).toBe(found.flat().length)
      return found.flat().map(({ thing }) => thing)
    })
  }

  it('is found as it was given, and exported in the order of its names', async () => {
    const { users, roles, profiles } = await emptied()
    const names = ['b', 'B', 'a-b', 'a_b', 'ab', 'A b', '~', '0']
    expect((await users.add(names.map((username) => ({ ...ada, username })))).sort()).toEqual(
      [...names].sort(),
    )
    await roles.add([editor])
    await profiles.add([profileOf('ada')])
    expect(await users.find(['b', 'nobody'])).toEqual([{ ...ada, username: 'b' }])
    expect(await stored('user')).toEqual([...names].sort().map((username) => ({ ...ada, username })))
    expect(await stored('role')).toEqual([editor])
    const { base, ...profile } = profileOf('ada')
    expect(await stored('profile')).toEqual([profile])
    expect(await made.run('SELECT base FROM profiles')).toEqual([[base]])
  })

  it('keeps any document', async () => {
    const { profiles } = await emptied()
    await fc.assert(
      fc.asyncProperty(anyDocument, anyDocument, async (labels, data) => {
        await made.run('DELETE FROM profiles')
        await profiles.add([profileOf('ada', { labels, data })])
        expect(await stored('profile')).toMatchObject([{ labels: { ...labels }, data: { ...data } }])
        const [found] = await stored('profile')
        expect(found).toEqual({ ...found, labels, data })
      }),
      { numRuns: 50 },
    )
  })

  it('stays what it is where it is added again, and is replaced where it is put', async () => {
    const { users } = await emptied()
    await users.add([ada])
    const [[before] = []] = await made.run('SELECT incarnation FROM users')
    const other = { ...ada, passwordHash: 'another', roles: [], metadata: {} }
    expect(await users.add([other, { ...ada, username: 'bob' }])).toEqual(['bob'])
    expect(await users.find(['ada'])).toEqual([ada])
    await users.put([other, { ...ada, username: 'cid' }])
    expect(await users.find(['ada'])).toEqual([other])
    const [[revision, after] = []] = await made.run(
      `SELECT revision, incarnation FROM users WHERE username = 'ada'`,
    )
    expect(Number(revision)).toBe(2)
    expect(after).not.toBe(before)
  })

  it('raises the security epoch with every role, so that gateways know of it', async () => {
    const { roles } = await emptied()
    await made.run(`INSERT INTO cluster (id, uuid, "securityEpoch") VALUES (1, 'x', 0)`)
    await roles.add([editor, { ...editor, name: 'other' }])
    const [[epoch] = []] = await made.run('SELECT "securityEpoch" FROM cluster')
    expect(Number(epoch)).toBeGreaterThan(0)
  })

  it('holds its uid, and is found by that and by its base', async () => {
    const { profiles } = await emptied()
    const literal = profileOf('bob', { uid: 'u_bob_corp' })
    expect((await profiles.add([profileOf('ada'), literal])).sort()).toEqual([
      profileOf('ada').uid,
      'u_bob_corp',
    ])
    expect(await profiles.add([profileOf('ada', { labels: {} })])).toEqual([])
    const held = ({ uid, user, lastSynchronized, seqNo }: BasedProfile) => ({
      ...{ uid, lastSynchronized, seqNo },
      user: { username: user.username, realm: user.realm },
    })
    expect(await profiles.holders([baseOf('ada')], [])).toEqual([held(profileOf('ada'))])
    expect(await profiles.holders([], ['u_bob_corp', 'u_bob_other'])).toEqual([held(literal)])
    expect(await profiles.holders([baseOf('bob')], ['u_bob_corp'])).toEqual([held(literal)])
  })

  it('if it is a profile is written only over the version that was given', async () => {
    const { profiles } = await emptied()
    await profiles.add([profileOf('ada'), profileOf('bob')])
    const changes = [
      { next: profileOf('ada', { labels: {}, seqNo: 8 }), over: 7 },
      { next: profileOf('bob', { labels: {}, seqNo: 7 }), over: 6 },
      { next: profileOf('cid'), over: 0 },
    ]
    expect(await profiles.replace(changes)).toEqual([profileOf('ada').uid])
    expect(await stored('profile')).toMatchObject(
      [
        { uid: profileOf('ada').uid, labels: {}, seqNo: 8 },
        { uid: profileOf('bob').uid, labels: { app: { a: 1 } }, seqNo: 7 },
      ].sort((one, other) => (one.uid < other.uid ? -1 : 1)),
    )
  })

  it('is there once, however many import it at once and in whichever order', async () => {
    const { profiles } = await emptied()
    const all = Array.from({ length: 300 }, (_, n) => profileOf(`user-${n}`))
    const added = await atOnce(12, (n) => profiles.add(n % 2 ? all : all.toReversed()))
    expect(added.flat().sort()).toEqual(all.map(({ uid }) => uid).sort())
    const next = (n: number) => all.map((one) => ({ next: { ...one, labels: { n }, seqNo: 8 }, over: 7 }))
    const replaced = await atOnce(12, (n) => profiles.replace(n % 2 ? next(n) : next(n).toReversed()))
    expect(replaced.flat().sort()).toEqual(all.map(({ uid }) => uid).sort())
  })

  it.runIf(databaseName === 'postgresql')('is exported as of one moment', async () => {
    const { profiles } = await emptied()
    await profiles.add([profileOf('ada')])
    await database.exports.snapshot(async (snapshot) => {
      expect(await snapshot.count('profile')).toBe(1)
      await profiles.add([profileOf('bob')])
      expect((await parts(snapshot, 'profile')).flat()).toHaveLength(1)
    })
  })

  it('is read in parts that are not too large', async () => {
    const { profiles } = await emptied()
    const large = { app: 'x'.repeat(3_000_000) }
    for (const name of ['a', 'b', 'c']) await profiles.add([profileOf(name, { data: large })])
    await database.exports.snapshot(async (snapshot) => {
      const found = await parts(snapshot, 'profile')
      expect(found.map((part) => part.length)).toEqual([1, 1, 1])
    })
  })
})

async function parts(snapshot: Snapshot, kind: Kind): Promise<TransferRecord[][]> {
  const all: TransferRecord[][] = []
  for await (const part of snapshot.records(kind)) all.push(part)
  return all
}
