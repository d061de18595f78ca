import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StoredUser, UserRepository } from '../../../src/authentication/userRepository.ts'
import type { Profile } from '../../../src/profile/profile.ts'
import { baseOf, uidOf } from '../../../src/profile/uid.ts'
import { groundless } from '../../support/groundless.ts'
import { dataOf, prepared } from '../../support/testDatabase.ts'
import { atOnce, howMany } from './concurrency.ts'
import { anyDocument, delicateDocuments } from './documents.ts'

const base = baseOf('jacknich')

const jacknich: StoredUser = {
  username: 'jacknich',
  passwordHash: 'hash',
  roles: ['admin', 'other_role1'],
  fullName: 'Jack Nicholson',
  email: 'jacknich@example.com',
  metadata: {},
  enabled: true,
}

const profile: Profile = {
  uid: uidOf(base, 0),
  enabled: true,
  lastSynchronized: 1_642_650_651_037,
  user: {
    username: 'jacknich',
    roles: ['admin', 'other_role1'],
    fullName: 'Jack Nicholson',
    email: 'jacknich@example.com',
    realm: { name: 'native', type: 'native', domain: null },
  },
  labels: {},
  seqNo: 0,
}

describe('profiles', () => {
  const emptied = prepared()

  describe('a profile that is created', () => {
    it('is found as it was given, without labels and data', async () => {
      const { profiles } = await emptied()
      expect(await profiles.create(base, profile, null)).toBe(true)
      expect(await profiles.find([profile.uid])).toEqual([profile])
      expect(await dataOf(profiles, profile.uid)).toEqual({})
    })

    it('keeps what is not known as such, and any text', async () => {
      const { profiles } = await emptied()
      const realm = { name: 'örtlich "1"', type: 'jwt', domain: "o'brien" }
      const user = { username: '\u{1f600}', roles: ['b', 'a', 'b', ''], fullName: null, email: null, realm }
      await profiles.create(base, { ...profile, enabled: false, user }, null)
      expect(await profiles.find([profile.uid])).toEqual([{ ...profile, enabled: false, user }])
    })

    it('is created by exactly one of many at once, and is what that one gave', async () => {
      const { profiles } = await emptied()
      const versions = Array.from({ length: 64 }, (_, n) => ({
        ...profile,
        user: { ...profile.user, fullName: `${n}` },
      }))
      const created = await Promise.all(versions.map((version) => profiles.create(base, version, null)))
      expect(howMany(created)).toBe(1)
      expect(await profiles.find([profile.uid])).toEqual([versions[created.indexOf(true)]])
    })

    it('is left as it is by whoever comes too late', async () => {
      const { profiles } = await emptied()
      await profiles.create(base, profile, null)
      expect(await profiles.create(base, { ...profile, enabled: false, seqNo: 7 }, null)).toBe(false)
      expect(await profiles.find([profile.uid])).toEqual([profile])
    })
  })

  describe('the candidates of a base', () => {
    it('are all profiles that were created with it, whatever their uids and users', async () => {
      const { profiles } = await emptied()
      const other = { ...profile.user, username: 'somebody else' }
      const own = [
        profile,
        { ...profile, uid: uidOf(base, 7), enabled: false },
        { ...profile, uid: 'u_jacknich_suffix', user: other },
      ]
      for (const one of own) await profiles.create(base, one, null)
      await profiles.create(baseOf('joe'), { ...profile, uid: uidOf(baseOf('joe'), 0) }, null)
      const { profiles: found } = await profiles.candidates(base, null)
      expect(byUid(found)).toEqual(byUid(own))
    })

    it('are none where there is none, and bring the time all the same', async () => {
      const { profiles } = await emptied()
      const first = await profiles.candidates(base, null)
      const second = await profiles.candidates(base, null)
      expect(first.profiles).toEqual([])
      expect(new Date(first.now).getUTCFullYear()).toBeGreaterThan(2020)
      expect(Number.isInteger(first.now)).toBe(true)
      expect(second.now).toBeGreaterThanOrEqual(first.now)
    })

    it('are each base’s own where many are asked for at once', async () => {
      const { profiles } = await emptied()
      const names = Array.from({ length: 60 }, (_, n) => `user${n}`)
      for (const name of names.slice(0, 30)) {
        await profiles.create(baseOf(name), { ...profile, uid: uidOf(baseOf(name), 0) }, null)
      }
      const found = await Promise.all(names.map((name) => profiles.candidates(baseOf(name), null)))
      expect(found.map((one) => one.profiles.map(({ uid }) => uid))).toEqual(
        names.map((name, index) => (index < 30 ? [uidOf(baseOf(name), 0)] : [])),
      )
    })
  })

  describe('a profile that is refreshed', () => {
    const next: Profile = {
      ...profile,
      lastSynchronized: 1_642_650_700_000,
      user: {
        ...profile.user,
        roles: [],
        fullName: null,
        email: null,
        realm: { name: 'x', type: 'native', domain: 'd' },
      },
      seqNo: 1,
    }

    it('says what is new, whole', async () => {
      const { profiles } = await emptied()
      await profiles.create(base, { ...profile, enabled: false }, null)
      expect(await profiles.refresh(next, null)).toBe(true)
      expect(await profiles.find([profile.uid])).toEqual([next])
    })

    it('keeps its labels and data, and stays under its base', async () => {
      const { profiles, setDocuments } = await emptied()
      await profiles.create(base, profile, null)
      const labels = { kibana: { space: 'default', list: [1, 2] } }
      const data = { kibana: { theme: 'dark' }, $type: { 'a.b': null } }
      await setDocuments(profile.uid, { labels, data })
      await profiles.refresh({ ...next, labels: { other: true } }, null)
      expect((await profiles.candidates(base, null)).profiles).toEqual([{ ...next, labels }])
      expect(await dataOf(profiles, profile.uid)).toEqual(data)
    })

    it.each([-1, 0, 2, 3])('is not if the version before it is another: %i', async (seqNo) => {
      const { profiles } = await emptied()
      await profiles.create(base, profile, null)
      expect(await profiles.refresh({ ...next, seqNo }, null)).toBe(false)
      expect(await profiles.find([profile.uid])).toEqual([profile])
    })

    it('is not if there is none', async () => {
      const { profiles } = await emptied()
      expect(await profiles.refresh(next, null)).toBe(false)
      expect(await profiles.find([profile.uid])).toEqual([])
    })

    it('is by exactly one of many at once, and says what that one said', async () => {
      const { profiles } = await emptied()
      await profiles.create(base, profile, null)
      const versions = Array.from({ length: 64 }, (_, n) => ({
        ...next,
        user: { ...next.user, fullName: `${n}` },
      }))
      const written = await Promise.all(versions.map((version) => profiles.refresh(version, null)))
      expect(howMany(written)).toBe(1)
      expect(await profiles.find([profile.uid])).toEqual([versions[written.indexOf(true)]])
    })

    it('gets one version more with each success, however many try again and again at once', async () => {
      const { profiles } = await emptied()
      await profiles.create(base, profile, null)
      const wins: number[] = []
      await atOnce(50, async () => {
        for (let turn = 0; turn < 8; turn++) {
          const [current] = await profiles.find([profile.uid])
          if (current && (await profiles.refresh({ ...current, seqNo: current.seqNo + 1 }, null)))
            wins.push(current.seqNo + 1)
        }
      })
      expect(wins).toEqual(Array.from({ length: wins.length }, (_, index) => index + 1))
      expect(wins.length).toBeGreaterThan(0)
      expect((await profiles.find([profile.uid]))[0]?.seqNo).toBe(wins.length)
    })

    it('counts versions and time as far as a number goes', async () => {
      const { profiles } = await emptied()
      const seqNo = Number.MAX_SAFE_INTEGER - 1
      await profiles.create(base, { ...profile, seqNo, lastSynchronized: 8.64e15 }, null)
      expect(await profiles.refresh({ ...profile, seqNo: seqNo + 1, lastSynchronized: 8.64e15 }, null)).toBe(
        true,
      )
      expect(await profiles.find([profile.uid])).toEqual([
        { ...profile, seqNo: seqNo + 1, lastSynchronized: 8.64e15 },
      ])
    })
  })

  describe('profiles that are looked for', () => {
    it('are those that exist, once each', async () => {
      const { profiles } = await emptied()
      const uids = [0, 1, 2].map((n) => uidOf(base, n))
      for (const uid of uids) await profiles.create(base, { ...profile, uid }, null)
      const asked = [uids[2] ?? '', 'u_missing_0', uids[0] ?? '', uids[2] ?? '', uids[0]?.toLowerCase() ?? '']
      expect(byUid(await profiles.find(asked)).map(({ uid }) => uid)).toEqual([uids[0], uids[2]])
    })

    it('are none if none is named', async () => {
      const { profiles } = await emptied()
      await profiles.create(base, profile, null)
      expect(await profiles.find([])).toEqual([])
    })

    it('may be named by the hundred thousand', async () => {
      const { profiles } = await emptied()
      const own = [0, 1].map((n) => ({ ...profile, uid: uidOf(base, n) }))
      for (const one of own) await profiles.create(base, one, null)
      const missing = Array.from({ length: 100_000 }, (_, n) => `u_missing_${n}`)
      expect(byUid(await profiles.find([uidOf(base, 1), ...missing, uidOf(base, 0)]))).toEqual(own)
    })

    // Each of the statements has one of them.
    it('come once each, even if a uid is repeated after a hundred thousand others', async () => {
      const { profiles } = await emptied()
      await profiles.create(base, profile, null)
      const missing = Array.from({ length: 100_000 }, (_, n) => `u_missing_${n}`)
      expect(await profiles.find([profile.uid, ...missing, profile.uid])).toHaveLength(1)
    })
  })

  describe('a profile that is taken out of use, or back into it,', () => {
    it('says so in one version more, and else what it said', async () => {
      const { profiles, setDocuments } = await emptied()
      await profiles.create(base, profile, null)
      const documents = { labels: { a: 1 }, data: { b: 2 } }
      await setDocuments(profile.uid, documents)
      for (const [index, enabled] of [false, true].entries()) {
        await profiles.setEnabled(profile.uid, enabled)
        const expected = { ...profile, enabled, labels: documents.labels, seqNo: index + 1 }
        expect(await profiles.find([profile.uid])).toEqual([expected])
      }
      expect(await dataOf(profiles, profile.uid)).toEqual(documents.data)
    })

    it('is written once, however many do the same at once', async () => {
      const { profiles } = await emptied()
      await profiles.create(base, profile, null)
      await atOnce(64, () => profiles.setEnabled(profile.uid, false))
      expect(await profiles.find([profile.uid])).toEqual([{ ...profile, enabled: false, seqNo: 1 }])
    })

    it('is nothing if there is none', async () => {
      const { profiles } = await emptied()
      await profiles.setEnabled(profile.uid, false)
      expect(await profiles.find([profile.uid])).toEqual([])
    })
  })

  describe('a profile whose labels and data are set', () => {
    const labels = { app: { a: [1, { b: null }] } }
    const data = { app: 'text' }
    const next = { ...profile, labels, seqNo: 1 }

    it('says else what it said', async () => {
      const { profiles } = await emptied()
      await profiles.create(base, profile, null)
      const other = { ...next, enabled: false, lastSynchronized: 1, user: { ...profile.user, roles: [] } }
      expect(await profiles.setData(other, data)).toBe(true)
      expect(await profiles.findWithData([profile.uid])).toEqual([{ ...next, data }])
    })

    it.each([-1, 0, 2])('is not if the version before it is another: %i', async (seqNo) => {
      const { profiles } = await emptied()
      await profiles.create(base, profile, null)
      expect(await profiles.setData({ ...next, seqNo }, data)).toBe(false)
      expect(await profiles.findWithData([profile.uid])).toEqual([{ ...profile, data: {} }])
    })

    it('is not if there is none', async () => {
      const { profiles } = await emptied()
      expect(await profiles.setData(next, data)).toBe(false)
      expect(await profiles.findWithData([profile.uid])).toEqual([])
    })

    it('is by exactly one of many who set them or refresh it at once', async () => {
      const { profiles } = await emptied()
      await profiles.create(base, profile, null)
      const write = (n: number) =>
        n % 2
          ? profiles.setData({ ...next, labels: { n } }, { n })
          : profiles.refresh({ ...next, enabled: false }, null)
      const written = await atOnce(64, write)
      expect(howMany(written)).toBe(1)
      const winner = written.indexOf(true)
      const expected = winner % 2 ? { labels: { n: winner } } : { labels: {}, enabled: false }
      expect(await profiles.find([profile.uid])).toEqual([{ ...profile, seqNo: 1, ...expected }])
    })

    it('keeps any documents exactly', async () => {
      const { profiles } = await emptied()
      await profiles.create(base, profile, null)
      let seqNo = 0
      await fc.assert(
        fc.asyncProperty(anyDocument, anyDocument, async (anyLabels, anyData) => {
          const given = { ...profile, labels: anyLabels, seqNo: ++seqNo }
          expect(await profiles.setData(given, anyData)).toBe(true)
          expect(await profiles.findWithData([profile.uid])).toEqual([{ ...given, data: anyData }])
        }),
      )
    })

    it.each(delicateDocuments)('keeps %s exactly', async (_, document) => {
      const { profiles } = await emptied()
      await profiles.create(base, profile, null)
      await profiles.setData({ ...next, labels: document }, document)
      expect(await profiles.findWithData([profile.uid])).toEqual([
        { ...next, labels: document, data: document },
      ])
    })
  })

  describe('data of many profiles', () => {
    const data = { app: 'x'.repeat(1_000) }

    it('are read together, as many as have so many bytes, and one at least', async () => {
      const { profiles, setDocuments } = await emptied()
      const uids = Array.from({ length: 10 }, (_, n) => uidOf(base, n))
      for (const uid of uids) {
        await profiles.create(base, { ...profile, uid }, null)
        await setDocuments(uid, { labels: {}, data })
      }
      const asked = ['u_missing', ...uids]
      const all = await profiles.findDocuments('data', asked, 1_000_000, true)
      expect(Object.fromEntries(all)).toEqual(Object.fromEntries(uids.map((uid) => [uid, data])))
      const some = await profiles.findDocuments('data', asked, 5_500, true)
      expect(some.size).toBeGreaterThan(2)
      expect(some.size).toBeLessThan(7)
      const rest = uids.filter((uid) => !some.has(uid))
      const [one, ...more] = await profiles.findDocuments('data', rest, 1, true)
      expect([rest.includes(one?.[0] ?? ''), one?.[1], more]).toEqual([true, data, []])
      expect((await profiles.findDocuments('data', ['u_missing'], 1, true)).size).toBe(0)
      expect((await profiles.findDocuments('data', [], 1, true)).size).toBe(0)
    })

    it('are not read where they are large labels, but for themselves', async () => {
      const { profiles, setDocuments } = await emptied()
      await profiles.create(base, profile, null)
      const labels = { app: 'ü'.repeat(100_000) }
      await setDocuments(profile.uid, { labels, data: {} })
      const found = { ...profile, labels: null }
      expect(await profiles.find([profile.uid])).toEqual([found])
      expect((await profiles.candidates(base, null)).profiles).toEqual([found])
      expect(await profiles.findDocuments('labels', [profile.uid], 1, true)).toEqual(
        new Map([[profile.uid, labels]]),
      )
      expect(await profiles.findWithData([profile.uid])).toEqual([{ ...profile, labels, data: {} }])
    })

    it('that the database has compressed count as what they can be', async () => {
      const { profiles, setDocuments } = await emptied()
      const uids = [uidOf(base, 0), uidOf(base, 1)]
      for (const uid of uids) {
        await profiles.create(base, { ...profile, uid }, null)
        await setDocuments(uid, { labels: {}, data: { app: 'x'.repeat(2_000_000) } })
      }
      expect((await profiles.findDocuments('data', uids, 2_100_000, true)).size).toBe(1)
    })
  })

  describe('labels and data', () => {
    it('are read exactly as they are stored', async () => {
      const { profiles, setDocuments } = await emptied()
      await profiles.create(base, profile, null)
      await fc.assert(
        fc.asyncProperty(anyDocument, anyDocument, async (labels, data) => {
          await setDocuments(profile.uid, { labels, data })
          expect(await profiles.findWithData([profile.uid])).toEqual([{ ...profile, labels, data }])
          // Of what PostgreSQL has compressed nobody knows that it is small.
          const [found] = await profiles.find([profile.uid])
          expect([null, labels]).toContainEqual(found?.labels)
        }),
      )
    })

    it.each(delicateDocuments)('may hold %s', async (_, document) => {
      const { profiles, setDocuments } = await emptied()
      await profiles.create(base, profile, null)
      await setDocuments(profile.uid, { labels: document, data: document })
      expect(await profiles.findWithData([profile.uid])).toEqual([
        { ...profile, labels: document, data: document },
      ])
      for (const part of ['labels', 'data'] as const)
        expect(await profiles.findDocuments(part, [profile.uid], 1, true)).toEqual(
          new Map([[profile.uid, document]]),
        )
      const [found] = (await profiles.candidates(base, null)).profiles
      expect([null, document]).toContainEqual(found?.labels)
    })

    it('come with those of the profiles that exist, in any order, once each', async () => {
      const { profiles, setDocuments } = await emptied()
      const own = [0, 1, 2].map((n) => ({ ...profile, uid: uidOf(base, n), labels: { n } }))
      for (const { uid, labels } of own) {
        await profiles.create(base, { ...profile, uid }, null)
        await setDocuments(uid, { labels, data: labels })
      }
      const found = await profiles.findWithData([
        uidOf(base, 2),
        'u_missing_0',
        uidOf(base, 0),
        uidOf(base, 2),
      ])
      expect(byUid(found)).toEqual([own[0], own[2]].map((one) => ({ ...one, data: one?.labels })))
      expect(await profiles.findWithData([])).toEqual([])
    })
  })

  describe('what is written on the basis of a user', () => {
    const next = { ...profile, seqNo: 1, user: { ...profile.user, fullName: 'Jack' } }

    async function withUser() {
      const stores = await emptied()
      await stores.users.put(jacknich, groundless)
      const found = await stores.users.find('jacknich')
      if (!found) throw new Error('the user is missing')
      return { ...stores, basis: found.basis }
    }

    it('is written while the user is as it was', async () => {
      const { profiles, basis } = await withUser()
      expect((await profiles.candidates(base, basis)).stands).toBe(true)
      expect(await profiles.create(base, profile, basis)).toBe(true)
      expect(await profiles.refresh(next, basis)).toBe(true)
      expect(await profiles.find([profile.uid])).toEqual([next])
    })

    it.each<[string, (users: UserRepository) => Promise<unknown>]>([
      ['put again just as it was', (users) => users.put(jacknich, groundless)],
      ['replaced', (users) => users.replace(jacknich)],
      ['given another password', (users) => users.setPasswordHash('jacknich', 'other', groundless)],
      ['disabled', (users) => users.setEnabled('jacknich', false)],
      ['deleted', (users) => users.delete('jacknich')],
      [
        'deleted and made anew just as it was',
        async (users) => {
          await users.delete('jacknich')
          await users.put(jacknich, groundless)
        },
      ],
    ])('is not written once the user was %s', async (_, change) => {
      const { profiles, users, basis } = await withUser()
      await profiles.create(base, profile, basis)
      await change(users)
      expect((await profiles.candidates(base, basis)).stands).toBe(false)
      expect(await profiles.create(base, { ...profile, uid: uidOf(base, 1) }, basis)).toBe(false)
      expect(await profiles.refresh(next, basis)).toBe(false)
      expect((await profiles.candidates(base, null)).profiles).toEqual([profile])
    })

    it('is not written after a change of the user that was acknowledged before, whoever waits for whom', async () => {
      const { profiles, users } = await withUser()
      await profiles.create(base, { ...profile, user: { ...profile.user, fullName: '0' } }, null)
      const writes: { seqNo: number; version: number }[] = []
      let acknowledged = 0
      const change = async () => {
        for (let n = 1; n <= 40; n++) {
          await users.put({ ...jacknich, fullName: String(n) }, groundless)
          acknowledged = n
          // However busy the machine is, some of the writes must have a chance.
          while (writes.length < n / 5) await setImmediate()
        }
      }
      const write = async () => {
        while (acknowledged < 40) {
          // On SQLite, nobody else would have a turn otherwise.
          await setImmediate()
          const found = await users.find('jacknich')
          const [current] = await profiles.find([profile.uid])
          if (!found || !current) throw new Error('both are there')
          const { fullName } = found.user
          const user = { ...profile.user, fullName }
          const written = await profiles.refresh({ ...current, user, seqNo: current.seqNo + 1 }, found.basis)
          // Nobody could have changed the user before this was written.
          if (written) writes.push({ seqNo: current.seqNo + 1, version: Number(fullName) })
        }
      }
      await Promise.all([change(), write(), write(), write(), write()])
      const versions = writes.toSorted((one, other) => one.seqNo - other.seqNo).map(({ version }) => version)
      expect(versions.length).toBeGreaterThan(0)
      expect(versions).toEqual(versions.toSorted((one, other) => one - other))
    })
  })
})

function byUid(profiles: readonly Profile[]): Profile[] {
  return profiles.toSorted((one, other) => (one.uid < other.uid ? -1 : 1))
}
