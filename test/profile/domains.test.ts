import { describe, expect, it } from 'vitest'
import { createDomainOf, type Domain } from '../../src/authentication/domain.ts'
import type { Profile } from '../../src/profile/profile.ts'
import { baseOf, uidOf } from '../../src/profile/uid.ts'
import { prepared } from '../support/testDatabase.ts'
import { jacknich, provision } from './activating.ts'
import { provenBy, type PlainRealm } from './provenBy.ts'

const username = 'jacknich'
const uid = (n: number) => uidOf(baseOf(username), n)
const native: PlainRealm = { type: 'native', name: 'native' }
const corp: PlainRealm = { type: 'jwt', name: 'corp' }
const partner: PlainRealm = { type: 'jwt', name: 'partner' }

function domain(name: string, realms: readonly PlainRealm[], literalSuffix: string | null = null): Domain {
  return { name, realms, literalSuffix }
}

const emptied = prepared()

/** Everything that a test needs, and a profile of nobody yet. */
async function gateway() {
  const stores = await emptied()
  await provision(stores)
  return {
    by: (realm: PlainRealm, domains?: readonly Domain[]) => provenBy(stores, realm, domains),
    stored: async (of = username) =>
      [...(await stores.profiles.candidates(baseOf(of), null)).profiles].toSorted((one, other) =>
        one.uid.localeCompare(other.uid),
      ),
    create: (profile: Profile) => stores.profiles.create(baseOf(username), profile, null),
  }
}

/** A profile that somebody else has written for a user of that name. */
function profile(own: string, realm: PlainRealm): Profile {
  const user = {
    username,
    roles: jacknich.roles,
    fullName: null,
    email: null,
    realm: { ...realm, domain: null },
  }
  return { uid: own, enabled: true, lastSynchronized: 0, user, labels: {}, seqNo: 0 }
}

describe('in a domain', () => {
  const staff = [domain('staff', [native, corp])]

  it('a username is one person, whichever realm proves it: the profile says the last', async () => {
    const { by, stored } = await gateway()
    const first = await by(native, staff)(username)
    expect(first).toMatchObject({ uid: uid(0), user: { realm: { ...native, domain: 'staff' } }, seqNo: 0 })
    const second = await by(corp, staff)(username)
    expect(second).toMatchObject({ uid: uid(0), user: { realm: { ...corp, domain: 'staff' } }, seqNo: 1 })
    expect(await by(corp, staff)(username)).toEqual(second)
    expect(await stored()).toEqual([second])
  })

  it('a username of another realm is another person', async () => {
    const { by, stored } = await gateway()
    const uids = []
    for (const realm of [corp, partner, native]) uids.push((await by(realm, staff)(username)).uid)
    expect(uids).toEqual([uid(0), uid(1), uid(0)])
    expect(await stored()).toMatchObject([
      { user: { realm: { ...native, domain: 'staff' } } },
      { user: { realm: { ...partner, domain: null } } },
    ])
  })

  it('another username is another person', async () => {
    const { by } = await gateway()
    expect((await by(corp, staff)('Jacknich')).uid).not.toBe((await by(native, staff)(username)).uid)
  })

  it('realms that came in bring their profiles along, and their users the name of the domain', async () => {
    const { by, stored } = await gateway()
    const before = await by(corp)(username)
    expect(before.user.realm.domain).toBeNull()
    const after = await by(native, staff)(username)
    expect(after).toMatchObject({
      uid: before.uid,
      seqNo: 1,
      user: { realm: { ...native, domain: 'staff' } },
    })
    expect(await stored()).toEqual([after])
  })

  it('its name is only shown, and may become another', async () => {
    const { by, stored } = await gateway()
    const { uid: own } = await by(native, staff)(username)
    const renamed = await by(corp, [domain('people', [native, corp])])(username)
    expect(renamed).toMatchObject({ uid: own, user: { realm: { domain: 'people' } } })
    expect(await stored()).toEqual([renamed])
  })

  it('the native realm has one name now, and may have had others', async () => {
    const { by, create, stored } = await gateway()
    await create(profile(uid(4), { type: 'native', name: 'default_native' }))
    expect((await by(corp, staff)(username)).uid).toBe(uid(4))
    expect(await stored()).toHaveLength(1)
  })

  it('realms of one name and different types are different realms', async () => {
    const { by, create, stored } = await gateway()
    const saml = { type: 'saml', name: 'corp' }
    await create(profile(uid(0), saml))
    expect((await by(native, staff)(username)).uid).toBe(uid(1))
    expect((await by(corp, staff)(username)).uid).toBe(uid(1))
    expect((await by(saml, staff)(username)).uid).toBe(uid(0))
    expect(await stored()).toHaveLength(2)
  })

  it('a profile is not found by a realm of which the domain is not configured', async () => {
    const { stored } = await gateway()
    const lost = () => createDomainOf([])({ ...corp, domain: 'staff' })
    expect(lost).toThrow('subject realm is under a domain [staff], but no associated domain config is found')
    expect(lost).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
    expect(await stored()).toEqual([])
  })
})

describe('a realm that leaves its domain', () => {
  it('takes along the profiles that its users have written last, and the others make new ones', async () => {
    const { by, stored } = await gateway()
    const together = [domain('staff', [corp, partner])]
    await by(partner, together)(username)
    await by(corp, together)(username)
    const apart = [domain('staff', [partner])]

    const gone = await by(corp, apart)(username)
    expect(gone).toMatchObject({ uid: uid(0), user: { realm: { ...corp, domain: null } } })
    const stayed = await by(partner, apart)(username)
    expect(stayed).toMatchObject({ uid: uid(1), user: { realm: { ...partner, domain: 'staff' } } })
    expect(await stored()).toEqual([gone, stayed])
  })

  it('leaves behind those that users of the others have written last', async () => {
    const { by } = await gateway()
    const together = [domain('staff', [corp, partner])]
    await by(corp, together)(username)
    await by(partner, together)(username)
    const apart = [domain('staff', [partner])]
    expect((await by(corp, apart)(username)).uid).toBe(uid(1))
    expect((await by(partner, apart)(username)).uid).toBe(uid(0))
  })

  it('cannot come back once both have profiles of one user: nothing is chosen, nothing is written', async () => {
    const { by, stored } = await gateway()
    await by(corp)(username)
    await by(native)(username)
    await by(partner)(username)
    const before = await stored()
    const together = [domain('staff', [native, corp])]
    for (const realm of [native, corp]) {
      await expect(by(realm, together)(username)).rejects.toMatchObject({
        code: 'CONFIGURATION',
        status: 500,
        message: `multiple [2] profiles [${uid(0)},${uid(1)}] found for user [jacknich] from realm [${realm.name}] under domain [staff]`,
      })
    }
    expect(await stored()).toEqual(before)
    expect((await by(partner, together)(username)).uid).toBe(uid(2))
    expect((await by(corp)(username)).uid).toBe(uid(0))
  })
})

describe('several profiles of one user', () => {
  it.each([
    [[domain('d', [corp])], ' under domain [d]'],
    [[domain('d', [native])], ''],
    [[], ''],
  ])('are named in order of their uids, with the domain if there is one: %j', async (domains, end) => {
    const { by, create, stored } = await gateway()
    for (const own of [uid(2), 'u_jacknich_x', uid(10), 'u_Jacknich_x', uid(0)])
      await create(profile(own, corp))
    const before = await stored()
    const uids = [uid(0), uid(10), uid(2), 'u_Jacknich_x', 'u_jacknich_x'].join()
    await expect(by(corp, domains)(username)).rejects.toMatchObject({
      message: `multiple [5] profiles [${uids}] found for user [jacknich] from realm [corp]${end}`,
    })
    expect(await stored()).toEqual(before)
  })
})

describe('in a domain that takes usernames as they are', () => {
  const staff = [domain('staff', [native, corp], 'staff')]

  it('a new profile has the username and the suffix in its uid, for all realms of it', async () => {
    const { by, stored } = await gateway()
    expect((await by(native, staff)(username)).uid).toBe('u_jacknich_staff')
    expect((await by(corp, staff)(username)).uid).toBe('u_jacknich_staff')
    expect((await by(partner, staff)(username)).uid).toBe(uid(0))
    expect(await stored()).toHaveLength(2)
  })

  it.each(['a', '0', 'Z-', 'a-B-9', 'a'.repeat(256), '0'.repeat(43)])(
    'a username may be %s',
    async (name) => {
      const { by, stored } = await gateway()
      const made = await by(corp, staff)(name)
      expect(made.uid).toBe(`u_${name}_staff`)
      expect(await by(corp, staff)(name)).toEqual(made)
      expect(await stored(name)).toEqual([made])
    },
  )

  it.each([
    '-a',
    '_a',
    'a_b',
    'a.b',
    'a@example.com',
    'a b',
    'é',
    'aé',
    ' a',
    'a\n',
    '\u{1f600}',
    'a'.repeat(257),
  ])('a new profile is not made for %j', async (name) => {
    const { by, stored } = await gateway()
    await expect(by(corp, staff)(name)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      status: 500,
      message:
        'Security domain [staff] is configured to use literal username. As a result, creating new user profile requires the ' +
        'username to be at least 1 and no more than 256 characters. The username must begin with an alphanumeric character ' +
        '(a-z, A-Z, 0-9) and followed by any alphanumeric or dash (-) characters.',
    })
    expect(await stored(name)).toEqual([])
  })

  it.each([username, 'a@example.com', 'a'.repeat(300)])(
    'a profile that is there keeps its uid: %s',
    async (name) => {
      const { by, stored } = await gateway()
      const { uid: own } = await by(corp)(name)
      const later = await by(native, staff)(name)
      expect(later).toMatchObject({ uid: own, user: { realm: { domain: 'staff' } } })
      expect(own).toBe(uidOf(baseOf(name), 0))
      expect(await stored(name)).toEqual([later])
    },
  )

  it('the suffix counts for new profiles only', async () => {
    const { by } = await gateway()
    await by(corp, staff)(username)
    const people = [domain('staff', [native, corp], 'people')]
    expect((await by(corp, people)(username)).uid).toBe('u_jacknich_staff')
    expect((await by(native, people)(username)).uid).toBe('u_jacknich_staff')
    expect((await by(corp, people)('another')).uid).toBe('u_another_people')
    const hashed = [domain('staff', [native, corp])]
    expect((await by(corp, hashed)(username)).uid).toBe('u_jacknich_staff')
    expect((await by(corp)(username)).uid).toBe('u_jacknich_staff')
  })

  it('there is no second profile beside one that somebody else has: it fails, and writes nothing', async () => {
    const { by, stored } = await gateway()
    await by(native, staff)(username)
    const before = await stored()
    const apart = [domain('other', [corp], 'staff')]
    await expect(by(corp, apart)(username)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      status: 500,
      message:
        'cannot create new profile for [jacknich]. A profile with uid [u_jacknich_staff] already exists and suffix setting ' +
        'of domain [other] does not support auto-increment.',
    })
    expect(await stored()).toEqual(before)
    expect((await by(corp, [domain('other', [corp], 'other')])(username)).uid).toBe('u_jacknich_other')
    expect((await by(partner)(username)).uid).toBe(uid(0))
  })

  it('there can be several of one user, as in every domain: then that is said', async () => {
    const { by } = await gateway()
    await by(native, staff)(username)
    await by(corp)(username)
    await expect(by(corp, staff)(username)).rejects.toMatchObject({
      message: `multiple [2] profiles [${uid(0)},u_jacknich_staff] found for user [jacknich] from realm [corp] under domain [staff]`,
    })
  })
})
