import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jacknich, jacknichUid, jacknichUser, provision } from '../support/people.ts'
import { rejection } from '../support/profileBody.ts'
import { basic, createTestApp, elastic, rest } from '../support/testApp.ts'
import { activate, callAs, issueToken, passwordOf, profileOf, tokenOf } from './doors.ts'
import { realmOf } from './gateway.ts'

const behind = await createTestApp()
const front = await createTestApp({ settings: realmOf({ url: await behind.app.listen() }) })
const { fetch } = front
beforeAll(() => Promise.all([provision(behind.fetch), provision(fetch)]))
afterAll(async () => {
  await front.close()
  await behind.close()
})

const river = { username: 'river', password: 'sp0ilers-p@ss' }

describe('a gateway that asks another gateway', () => {
  it('proves the users of that one, who are not its own', async () => {
    expect(await activate(fetch, passwordOf(river.username, river.password))).toEqual({
      status: 401,
      reason: rejection('river'),
    })
    const { password } = river
    const user = { password, roles: ['diary'], full_name: 'River Song', metadata: { of: 'behind' } }
    await rest(behind.fetch, 'PUT', '/_security/user/river', elastic, user)
    expect((await profileOf(fetch, passwordOf(river.username, password))).user).toEqual({
      username: 'river',
      roles: ['diary'],
      realm_name: 'native',
      full_name: 'River Song',
    })
    expect(await callAs(fetch, basic(river))).toMatchObject({
      status: 200,
      proven: { authenticationType: 'realm' },
    })
  })

  it('proves them by the tokens of that one, too', async () => {
    const answered = await issueToken(behind.fetch, elastic, { grant_type: 'password', ...jacknich })
    const { access_token: token } = answered.body as { access_token: string }
    const profile = await profileOf(fetch, tokenOf(token))
    expect(profile).toMatchObject({ uid: jacknichUid, user: { email: jacknichUser.email } })
    expect(await callAs(fetch, `Bearer ${token}`)).toMatchObject({
      status: 200,
      proven: { username: 'jacknich', authenticationType: 'token' },
    })
  })

  it('gives the user of either one profile, as both are of the native realm', async () => {
    const { uid } = await profileOf(fetch, passwordOf(jacknich.username, jacknich.password))
    expect(uid).toBe(jacknichUid)
  })

  it('takes the superuser of that one for a superuser, whose password is not that of its own', async () => {
    const changed = { username: 'elastic', password: 'an0ther-elastic' }
    const { password } = changed
    await rest(behind.fetch, 'PUT', '/_security/user/elastic/_password', elastic, { password })
    expect(await callAs(fetch, basic(changed))).toMatchObject({ proven: { roles: ['superuser'] } })
    expect(await callAs(fetch, basic(elastic))).toMatchObject({ proven: { roles: ['superuser'] } })
    expect(await callAs(fetch, basic({ ...elastic, password: 'neither' }))).toMatchObject({ status: 401 })
  })
})
