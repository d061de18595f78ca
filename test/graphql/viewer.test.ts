import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { jacknich, loginBackend, provision } from '../support/people.ts'
import { createTestApp } from '../support/testApp.ts'
import { ask } from './ask.ts'

const { fetch, close } = await createTestApp()
beforeAll(() => provision(fetch))
afterAll(close)

const query = `{
  viewer {
    username roles fullName email metadata authenticationType authenticationRealm { name type domain }
  }
}`

describe('viewer', () => {
  it('is the caller, with everything that is known of it', async () => {
    expect((await ask(fetch, query, {}, jacknich)).data).toEqual({
      viewer: {
        username: 'jacknich',
        roles: ['admin', 'other_role1'],
        fullName: 'Jack Nicholson',
        email: 'jacknich@example.com',
        metadata: { intelligence: 7 },
        authenticationType: 'realm',
        authenticationRealm: { name: 'native', type: 'native', domain: null },
      },
    })
  })

  it('is the reserved superuser, whom another realm proves', async () => {
    expect((await ask(fetch, query)).data).toEqual({
      viewer: {
        username: 'elastic',
        roles: ['superuser'],
        fullName: null,
        email: null,
        metadata: { _reserved: true },
        authenticationType: 'realm',
        authenticationRealm: { name: 'reserved', type: 'reserved', domain: null },
      },
    })
  })

  it('is never the user of a grant', async () => {
    const both = `mutation ($grant: GrantInput!) {
      activateProfile(grant: $grant) { ... on Profile { user { username } } }
      deleteRole(name: "none") { __typename }
    }`
    const answer = await ask(fetch, both, { grant: { password: jacknich } }, loginBackend)
    expect(answer.errors).toMatchObject([
      { message: expect.stringContaining('for user [login-backend]') as unknown, path: ['deleteRole'] },
    ])
  })
})

describe('server', () => {
  it('says what it is, the same each time', async () => {
    const server = '{ server { name version clusterUuid } }'
    const { data } = await ask(fetch, server, {}, loginBackend)
    expect(data).toMatchObject({ server: { name: 'profile-gateway', version: packageJson.version } })
    expect(data).toMatchObject({ server: { clusterUuid: expect.stringMatching(/^\S{16,}$/) as unknown } })
    expect((await ask(fetch, server)).data).toEqual(data)
  })
})
