import { describe, expect, it } from 'vitest'
import { createAnswersMemory } from '../../src/graphql/answersMemory.ts'
import { createAnswerSize } from '../../src/graphql/answerSize.ts'
import { createLookups } from '../../src/graphql/lookups.ts'
import { createProfileData } from '../../src/graphql/profileData.ts'
import type { Document } from '../../src/profile/document.ts'
import type { Profile } from '../../src/profile/profile.ts'
import { createProfiles } from '../../src/profile/profiles.ts'
import { uidOf } from '../../src/profile/uid.ts'
import { loginBackend } from '../support/people.ts'
import { prepared } from '../support/testDatabase.ts'

describe('application data that are selected at once', () => {
  const emptied = prepared()
  const realm = { name: 'native', type: 'native', domain: null }
  const user = { username: 'jacknich', roles: [], fullName: null, email: null, realm }
  const profileOf = (uid: string): Profile => {
    return { uid, enabled: true, lastSynchronized: 0, user, labels: {}, seqNo: 0 }
  }
  const caller = { ...loginBackend, realm } as never

  /** Stores profiles with these data, and makes what reads them in a request, which notes what it asks the database for. */
  async function stored(documents: readonly Document[]) {
    const { profiles, setDocuments } = await emptied()
    const all: Profile[] = []
    for (const [n, data] of documents.entries()) {
      const profile = profileOf(uidOf('base', n))
      await profiles.create('base', profile, null)
      await setDocuments(profile.uid, { labels: {}, data })
      all.push(profile)
    }
    const statements: number[] = []
    const useCases = createProfiles({
      authorize: () => Promise.resolve(),
      profiles: {
        ...profiles,
        async findDocuments(part, uids, mostBytes, oneAtLeast) {
          const found = await profiles.findDocuments(part, uids, mostBytes, oneAtLeast)
          statements.push(found.size)
          return found
        },
      },
      domainOf: () => null,
      selfActivates: () => false,
    })
    const answerMemory = createAnswersMemory()()
    const parts = { caller, answerMemory, answerSize: createAnswerSize(), lookups: createLookups() }
    const { data: dataOf, labels: labelsOf } = createProfileData({ ...parts, profiles: useCases })
    return { all, statements, dataOf, labelsOf, useCases }
  }

  it('are read with one statement, each once, whatever is kept of them', async () => {
    const { all, statements, dataOf } = await stored(
      Array.from({ length: 200 }, (_, n) => ({ a: { n }, b: { n: n + 1 } })),
    )
    const read = await Promise.all([
      ...all.map((profile) => dataOf(profile, ['a'])),
      ...all.map((profile) => dataOf(profile, ['b.n'])),
      ...all.map((profile) => dataOf(profile, [])),
    ])
    expect(read).toEqual([
      ...all.map((_, n) => ({ a: { n } })),
      ...all.map((_, n) => ({ b: { n: n + 1 } })),
      ...all.map(() => ({})),
    ])
    expect(statements).toEqual([200])
    expect(await dataOf(profileOf('u_gone'), ['*'])).toEqual({})
  })

  it('and labels that are large are read where they are selected, each once, and small ones not again', async () => {
    const { all, statements, labelsOf } = await stored([{}, {}])
    const [small, large] = all
    if (!small || !large) throw new Error('no profiles')
    const selected = [small, { ...large, labels: null }, { ...large, labels: null }]
    expect(await Promise.all(selected.map(async (one) => labelsOf(one)))).toEqual([{}, {}, {}])
    expect(statements).toEqual([1])
    const gone = { ...large, uid: 'u_gone', labels: null }
    expect(await labelsOf(gone)).toEqual({})
  })

  it.each([
    ['each where a document is large', 'x'.repeat(300_000), 10, 10],
    ['twenty at once where it is not', 'x', 50, 3],
  ])('are given while others are answered: %s', async (_, text, count, turns) => {
    const { all, useCases } = await stored([{ text }])
    const selections = all.flatMap((profile) =>
      Array.from({ length: count }, () => ({ profile, filters: ['t*'] })),
    )
    let turn = 0
    let next = setImmediate(function count() {
      turn += 1
      next = setImmediate(count)
    })
    const seen: number[] = []
    await useCases.data(
      caller,
      selections,
      () => Promise.resolve(seen.push(turn)),
      (task) => task(),
    )
    clearImmediate(next)
    expect(seen).toHaveLength(count)
    expect(new Set(seen).size).toBe(turns)
  })

  it('are read in parts where they are large, and no further than an answer holds', async () => {
    const large = { a: 'x'.repeat(9_000_000), b: 1 }
    const { all, statements, dataOf } = await stored(Array.from({ length: 10 }, () => large))
    expect(await Promise.all(all.map((profile) => dataOf(profile, ['b'])))).toEqual(all.map(() => ({ b: 1 })))
    expect(statements).toEqual([0, ...all.map(() => 1)])
    const whole = await Promise.allSettled(all.map((profile) => dataOf(profile, ['*'])))
    expect(whole.map(({ status }) => status)).toEqual([
      ...Array<string>(7).fill('fulfilled'),
      ...Array<string>(3).fill('rejected'),
    ])
    expect(whole.at(-1)).toMatchObject({ reason: { code: 'TOO_LARGE' } })
    expect(statements).toHaveLength(1 + 10 + 1 + 8)
  })
})
