import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Domain } from '../../src/authentication/domain.ts'
import type { Profile } from '../../src/profile/profile.ts'
import { baseOf, uidOf } from '../../src/profile/uid.ts'
import { heldBack } from '../support/heldBack.ts'
import { prepared, type TestDatabase } from '../support/testDatabase.ts'
import { provision } from './activating.ts'
import { provenBy, type ActivateAs, type PlainRealm } from './provenBy.ts'

const jwt = (name: string): PlainRealm => ({ type: 'jwt', name })
const staffRealms = [{ type: 'native', name: 'native' }, jwt('corp'), jwt('partner')]
const guestRealms = [jwt('one'), { type: 'saml', name: 'one' }]
const alone = [jwt('alone'), { type: 'ldap', name: 'alone' }]

/** Who is one person under one username. */
const people = [staffRealms, guestRealms, ...alone.map((realm) => [realm])]

const hashed: Domain[] = [
  { name: 'staff', realms: staffRealms, literalSuffix: null },
  { name: 'guests', realms: guestRealms, literalSuffix: null },
]
const literal: Domain[] = [
  { name: 'staff', realms: staffRealms, literalSuffix: 'staff' },
  { name: 'guests', realms: guestRealms, literalSuffix: 'guests' },
]

const emptied = prepared()

async function provisioned(): Promise<TestDatabase> {
  const stores = await emptied()
  await provision(stores)
  return stores
}

/** As many gateways as there are activations: none of them waits in turn for another. */
function activations(
  stores: Parameters<typeof provenBy>[0],
  domains: readonly Domain[],
  times: number,
): { person: number; activate: ActivateAs }[] {
  return Array.from({ length: times }, () =>
    people.flatMap((realms, person) =>
      realms.map((realm) => ({ person, activate: provenBy(stores, realm, domains) })),
    ),
  ).flat()
}

async function storedOf({ profiles }: TestDatabase, username: string): Promise<string[]> {
  const { profiles: stored } = await profiles.candidates(baseOf(username), null)
  return stored.map(({ uid }) => uid).toSorted()
}

/** One profile for each person, whichever realms have proven them. */
function expectOneEach(answers: readonly { person: number; profile: Profile }[]): string[] {
  const uids = people.map((_, person) => {
    const own = new Set(
      answers.filter((answer) => answer.person === person).map(({ profile }) => profile.uid),
    )
    expect(own.size).toBe(1)
    return [...own].join()
  })
  expect(new Set(uids).size).toBe(people.length)
  return uids.toSorted()
}

describe('activations of one username by realms inside and outside of domains, all at once,', () => {
  it.each([
    ['by hash', hashed, (name: string) => [0, 1, 2, 3].map((n) => uidOf(baseOf(name), n))],
    [
      'as they are',
      literal,
      (name: string) => [...[0, 1].map((n) => uidOf(baseOf(name), n)), `u_${name}_guests`, `u_${name}_staff`],
    ],
  ] as const)('make exactly one profile for each person, with uids %s', async (_, domains, uidsOf) => {
    const stores = await provisioned()
    await Promise.all(
      ['ada', 'bob', 'cyd', 'dan', 'eve'].map(async (username) => {
        const all = activations(stores, domains, 5)
        const answers = await Promise.all(
          all.map(async ({ person, activate }) => ({ person, profile: await activate(username) })),
        )
        expect(expectOneEach(answers)).toEqual(uidsOf(username).toSorted())
        expect(await storedOf(stores, username)).toEqual(uidsOf(username).toSorted())
      }),
    )
  })

  // The scheduler holds back what the stores answer and gives it out in an order of its own.
  it('make no other, in whatever order the stores answer', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.constantFrom(hashed, literal), async (scheduler, domains) => {
        const stores = await provisioned()
        const held = { ...stores, profiles: heldBack(scheduler, stores.profiles) }
        const answers = await scheduler.waitFor(
          Promise.all(
            activations(held, domains, 2).map(async ({ person, activate }) => ({
              person,
              profile: await activate('ada'),
            })),
          ),
        )
        expect(await storedOf(stores, 'ada')).toEqual(expectOneEach(answers))
      }),
      { numRuns: 30 },
    )
  })

  it('find the profile of before, where realms have just been joined', async () => {
    const stores = await provisioned()
    const [, corp] = staffRealms
    const { uid } = await provenBy(stores, corp ?? jwt('corp'))('ada')
    const answers = await Promise.all(
      activations(stores, literal, 5).map(async ({ person, activate }) => ({
        person,
        profile: await activate('ada'),
      })),
    )
    const uids = expectOneEach(answers)
    expect(uids).toContain(uid)
    expect(uids).not.toContain('u_ada_staff')
    expect(await storedOf(stores, 'ada')).toEqual(uids)
  })
})
