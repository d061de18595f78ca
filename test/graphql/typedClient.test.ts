import { join } from 'node:path'
import { initGraphQLTada, type ResultOf, type VariablesOf } from 'gql.tada'
import { minifyIntrospection, outputIntrospectionFile } from 'gql.tada/internal'
import { introspectionFromSchema } from 'graphql'
import { GraphQLClient } from 'graphql-request'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { schema } from '../../src/graphql/schema.ts'
import { formatted } from '../support/formatted.ts'
import { jacknich, jacknichUid, loginBackend, nobody, provision } from '../support/people.ts'
import { basic, createTestApp, type Credentials } from '../support/testApp.ts'
import type { introspection } from './graphql-env.d.ts'

const { app, fetch, close } = await createTestApp()
const url = `${await app.listen()}/graphql`
beforeAll(() => provision(fetch))
afterAll(close)

const graphql = initGraphQLTada<{
  introspection: introspection
  scalars: { DateTime: string; JSONObject: Record<string, unknown>; SafeInt: number }
}>()

const ActivateProfile = graphql(`
  mutation ActivateProfile($grant: GrantInput!) {
    activateProfile(grant: $grant) {
      __typename
      ... on Profile {
        uid
        lastSynchronized
        user {
          username
          roles
          fullName
        }
        labels
        doc {
          seqNo
        }
      }
      ... on GrantRejected {
        message
        reason
        principal
      }
      ... on TooManyAttempts {
        retryAfterSeconds
      }
    }
  }
`)
type Outcome = ResultOf<typeof ActivateProfile>['activateProfile']
type Grant = VariablesOf<typeof ActivateProfile>['grant']

const clientOf = (caller: Credentials) =>
  new GraphQLClient(url, { headers: { authorization: basic(caller) } })
const activate = (grant: Grant, caller = loginBackend) => clientOf(caller).request(ActivateProfile, { grant })

/** What a login form does with the answer. A member of the union that is not thought of does not compile. */
function greeting(outcome: Outcome): string {
  switch (outcome.__typename) {
    case 'Profile':
      return `Hello ${outcome.user.fullName ?? outcome.user.username}!`
    case 'GrantRejected':
      return outcome.reason === 'TOKEN_EXPIRED' ? 'Log in again.' : `That is not ${outcome.principal}.`
    case 'TooManyAttempts':
      return `Try again in ${outcome.retryAfterSeconds} seconds.`
  }
}

describe('graphql-env.d.ts', () => {
  it('is what gql.tada makes of the schema (vitest -u writes it anew)', async () => {
    const types = outputIntrospectionFile(minifyIntrospection(introspectionFromSchema(schema)), {
      fileType: '.d.ts',
      shouldPreprocess: true,
    })
    const file = join(import.meta.dirname, 'graphql-env.d.ts')
    await expect(formatted(file, types)).toMatchFileSnapshot(file)
  })
})

describe('a client that is typed by the schema, over a socket', () => {
  it('gets the profile of a grant', async () => {
    const { activateProfile } = await activate({ password: jacknich })
    expect(activateProfile).toEqual({
      __typename: 'Profile',
      uid: jacknichUid,
      lastSynchronized: '2027-01-15T08:00:00.000Z',
      user: { username: 'jacknich', roles: ['admin', 'other_role1'], fullName: 'Jack Nicholson' },
      labels: {},
      doc: { seqNo: 0 },
    })
    expect(greeting(activateProfile)).toBe('Hello Jack Nicholson!')
  })

  it('gets why a grant was rejected', async () => {
    const { activateProfile } = await activate({ password: { ...jacknich, password: 'wrong-p@ssw0rd' } })
    expect(activateProfile).toMatchObject({ __typename: 'GrantRejected', reason: 'NOT_AUTHENTICATED' })
    expect(greeting(activateProfile)).toBe('That is not jacknich.')
    const clientAuthentication = { scheme: 'SHARED_SECRET', value: 'secret' } as const
    const byToken = await activate({ accessToken: { token: 'abc', clientAuthentication } })
    expect(greeting(byToken.activateProfile)).toBe('That is not _bearer_token.')
  })

  it('gets an error where the request itself is at fault, with its code', async () => {
    const failed = (status: number, code: string) => ({
      response: { status, errors: [{ extensions: { code } }] },
    })
    await expect(activate({ password: jacknich }, nobody)).rejects.toMatchObject(failed(403, 'FORBIDDEN'))
    const stranger = { username: 'stranger', password: 'wrong-p@ssw0rd' }
    await expect(activate({ password: jacknich }, stranger)).rejects.toMatchObject(
      failed(401, 'UNAUTHENTICATED'),
    )
    const empty = { username: '', password: '' }
    await expect(activate({ password: empty })).rejects.toMatchObject(failed(400, 'INVALID_INPUT'))
  })

  it('reads a profile with its data, by query', async () => {
    await activate({ password: jacknich })
    const ReadProfile = graphql(`
      query ReadProfile($uid: ID!) {
        profile(uid: $uid) {
          uid
          data(keys: ["*"])
        }
        viewer {
          username
        }
      }
    `)
    const { profile, viewer } = await clientOf(loginBackend).request(ReadProfile, { uid: jacknichUid })
    expectTypeOf(profile).toEqualTypeOf<{ uid: string; data: Record<string, unknown> } | null>()
    expect({ profile, viewer }).toEqual({
      profile: { uid: jacknichUid, data: {} },
      viewer: { username: 'login-backend' },
    })
  })

  it('knows the members of the union and their fields when it is compiled', () => {
    expectTypeOf<Outcome['__typename']>().toEqualTypeOf<'Profile' | 'GrantRejected' | 'TooManyAttempts'>()
    expectTypeOf<Extract<Outcome, { __typename: 'GrantRejected' }>['reason']>().toEqualTypeOf<
      | 'NOT_AUTHENTICATED'
      | 'TOKEN_EXPIRED'
      | 'CLIENT_AUTHENTICATION_NOT_SUPPORTED'
      | 'CLIENT_SECRET_EMPTY'
      | 'NOT_A_USER'
    >()
    expectTypeOf<Extract<Outcome, { __typename: 'Profile' }>['user']['fullName']>().toEqualTypeOf<
      string | null
    >()
    // @ts-expect-error a rejected grant has no uid
    expectTypeOf<Extract<Outcome, { __typename: 'GrantRejected' }>['uid']>()
  })

  it('knows a wrong grant when it is compiled', () => {
    const accept = (grant: Grant) => grant
    accept({ password: jacknich })
    accept({ accessToken: { token: 'abc' } })
    // @ts-expect-error there is no member
    accept({})
    // @ts-expect-error there is no password
    accept({ password: { username: 'jacknich' } })
    // @ts-expect-error an unknown scheme
    accept({ accessToken: { token: 'abc', clientAuthentication: { scheme: 'BASIC', value: 'a' } } })
  })
})
