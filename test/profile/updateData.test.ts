import { describe, expect, it } from 'vitest'
import type { Document } from '../../src/profile/document.ts'
import { createUpdateData } from '../../src/profile/updateData.ts'
import { uidOf } from '../../src/profile/uid.ts'
import { loginBackend } from '../support/people.ts'
import { prepared } from '../support/testDatabase.ts'

describe('updates of many profiles at once', () => {
  const emptied = prepared()
  const realm = { name: 'native', type: 'native', domain: null }
  const user = { username: 'jacknich', roles: [], fullName: null, email: null, realm }

  /** Stores profiles with these data, and updates each at once: how many were read at the same time at most. */
  async function updated(data: Document) {
    const { profiles, setDocuments } = await emptied()
    const uids = Array.from({ length: 8 }, (_, n) => uidOf('base', n))
    for (const uid of uids) {
      const profile = { uid, enabled: true, lastSynchronized: 0, user, labels: {}, seqNo: 0 }
      await profiles.create('base', profile, null)
      await setDocuments(uid, { labels: {}, data })
    }
    let underWay = 0
    let most = 0
    const update = createUpdateData({
      authorize: () => Promise.resolve(),
      profiles: {
        ...profiles,
        async findWithData(asked, mostBytes) {
          const found = await profiles.findWithData(asked, mostBytes)
          underWay += found.length
          most = Math.max(most, underWay)
          return found
        },
        async setData(next, written) {
          const isWritten = await profiles.setData(next, written)
          underWay -= 1
          return isWritten
        },
      },
      maxSize: 10_000_000,
    })
    const ifVersion = { seqNo: -1, primaryTerm: -1 }
    const change = (uid: string) => ({ uid, labels: {}, data: { b: { x: 1 } }, ifVersion })
    await Promise.all(uids.map((uid) => update({ ...loginBackend, realm } as never, change(uid))))
    const stored = await profiles.findWithData(uids)
    expect(stored.map((profile) => profile.data)).toEqual(uids.map(() => ({ ...data, b: { x: 1 } })))
    return most
  }

  it('are made one after the other where they are large', async () => {
    // Of letters that PostgreSQL does not compress away.
    expect(await updated({ a: Array.from({ length: 4_000 }, (_, n) => Math.sin(n)) })).toBe(1)
  })

  it('are made together where they are small', async () => {
    expect(await updated({ a: 1 })).toBeGreaterThan(1)
  })

  it('say of a profile that is not there that it is missing', async () => {
    const { profiles } = await emptied()
    const update = createUpdateData({ authorize: () => Promise.resolve(), profiles, maxSize: 1 })
    const change = { uid: 'u_none', labels: {}, data: { a: 1 }, ifVersion: { seqNo: -1, primaryTerm: -1 } }
    expect(await update({ ...loginBackend, realm } as never, change)).toMatchObject({
      kind: 'ProfileNotFound',
    })
  })
})
