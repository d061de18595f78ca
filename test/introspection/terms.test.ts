import { describe, expect, it } from 'vitest'
import { isGuess } from '../../src/authentication/realm.ts'
import { now, realmAlone } from './realmAlone.ts'
import { good, saying } from './server.ts'

const seconds = now / 1_000

/** What a realm makes of an answer. */
async function madeOf(said: object, changes: Record<string, string | null> = {}) {
  const { ask, server } = await realmAlone(changes)
  server.answer = saying({ ...good, ...said })
  return ask()
}

describe('what a server says of an active token', () => {
  it.each<[string, object, Record<string, string | null>]>([
    ['nothing that is not asked for', {}, {}],
    ['its issuer', { iss: 'https://as.example.com' }, {}],
    ['one of several audiences', { aud: ['other', 'gateway'] }, {}],
    ['an allowed client', { client_id: 'app' }, { allowed_clients: 'web, app' }],
    [
      'an allowed client, of whatever audience',
      { aud: undefined, client_id: 'app' },
      { allowed_audiences: null, allowed_clients: 'app' },
    ],
    ['that it is good, less than a minute ago', { exp: seconds - 59.9 }, {}],
    ['that it is good, within a minute', { nbf: seconds + 59.9 }, {}],
    ['that it is good for long', { exp: seconds + 1e9, nbf: 0, iat: seconds }, {}],
    ['any type', { token_type: 'mac' }, {}],
    [
      'one of the values that are required',
      { token_type: 'Bearer', tenant: ['b'] },
      { 'required_claims.token_type': 'Bearer', 'required_claims.tenant': '[a, b]' },
    ],
  ])('proves its user: %s', async (_, said, changes) => {
    expect(await madeOf(said, changes)).toMatchObject({ kind: 'proven', subject: { username: 'sub-1' } })
  })

  const differs = (claim: string, value: string, allowed: string) =>
    `string claim [${claim}] has value [${value}] which does not match allowed claim values [${allowed}]`

  it.each<[string, object, Record<string, string | null>, string]>([
    [
      'another issuer',
      { iss: 'https://as.example.com/' },
      {},
      differs('iss', 'https://as.example.com/', 'https://as.example.com'),
    ],
    ['several issuers', { iss: ['https://as.example.com'] }, {}, 'missing required string claim [iss]'],
    ['no audience', { aud: undefined }, {}, 'missing required string claim [aud]'],
    ['other audiences', { aud: ['a', 'Gateway'] }, {}, differs('aud', 'a,Gateway', 'gateway')],
    ['an empty list of audiences', { aud: [] }, {}, differs('aud', '', 'gateway')],
    ['no client', {}, { allowed_clients: 'app' }, 'missing required string claim [client_id]'],
    [
      'several clients',
      { client_id: ['app'] },
      { allowed_clients: 'app' },
      'missing required string claim [client_id]',
    ],
    [
      'another client, of the right audience',
      { client_id: 'other' },
      { allowed_clients: 'app' },
      differs('client_id', 'other', 'app'),
    ],
    [
      'the right client, of another audience',
      { client_id: 'app', aud: 'other' },
      { allowed_clients: 'app' },
      differs('aud', 'other', 'gateway'),
    ],
    [
      'that it has expired',
      { exp: seconds - 60 },
      {},
      `date claim [exp] value [${now - 60_000}] must be after now [${now}]`,
    ],
    [
      'that it is for later',
      { nbf: seconds + 60 },
      {},
      `date claim [nbf] value [${now + 60_000}] must be before now [${now}]`,
    ],
    ['an end that is no number', { exp: 'never' }, {}, 'cannot parse date claim [exp]'],
    ['an end that is null', { exp: null }, {}, 'cannot parse date claim [exp]'],
    [
      'nothing of a claim that is required',
      {},
      { 'required_claims.token_type': 'Bearer' },
      'missing required string claim [token_type]',
    ],
    [
      'something else of it',
      { token_type: 'N_A' },
      { 'required_claims.token_type': 'Bearer' },
      differs('token_type', 'N_A', 'Bearer'),
    ],
    ['no subject', { sub: undefined }, {}, 'Realm [opaque] no principal'],
    ['an empty subject', { sub: ' ' }, {}, 'Realm [opaque] no principal'],
    ['a subject that is too long', { sub: 'x'.repeat(1_025) }, {}, 'Realm [opaque] no principal'],
    ['a subject that is a number', { sub: 7 }, {}, 'Realm [opaque] the claim for [principal] is not text'],
    [
      'groups that are no texts',
      { roles: { a: 1 } },
      {},
      'Realm [opaque] the claim for [groups] is not text',
    ],
  ])('refuses it, with a reason: %s', async (_, said, changes, detail) => {
    const answer = await madeOf(said, changes)
    expect(answer).toMatchObject({ kind: 'refused', reason: 'NOT_AUTHENTICATED', detail })
    // The server knows it.
    expect(answer?.kind === 'refused' && isGuess(answer)).toBe(false)
  })
})

describe('the user of an active token', () => {
  it('has what is read in the claims, as for a JWT, and from which roles are mapped', async () => {
    const said = {
      sub: 'jack@example.com',
      name: 'Dr Jack',
      email: ['jack@example.com', 'second@example.com'],
      roles: ['admin', 'user'],
      entry: 'cn=jack',
      deep: { a: 1 },
      nothing: null,
      level: 3,
    }
    const proof = await madeOf(said, {
      'claims.dn': 'entry',
      'claim_patterns.principal': '^(.*)@',
      'claim_patterns.name': '"(?:Dr )?(.*)"',
    })
    expect(proof).toEqual({
      kind: 'proven',
      subject: {
        username: 'jack',
        roles: [],
        fullName: 'Jack',
        email: 'jack@example.com',
        metadata: {
          introspection_claim_sub: said.sub,
          introspection_claim_aud: 'gateway',
          introspection_claim_name: said.name,
          introspection_claim_email: said.email,
          introspection_claim_roles: said.roles,
          introspection_claim_entry: said.entry,
          introspection_claim_level: 3,
        },
        realm: { name: 'opaque', type: 'introspection', domain: null },
      },
      authenticationType: 'realm',
      standing: {
        subjectType: 'user',
        mappedFrom: { dn: 'cn=jack', groups: ['admin', 'user'] },
        apiKey: null,
        via: null,
      },
      basis: null,
      securityEpoch: null,
    })
  })

  it('has no metadata that is the token itself', async () => {
    expect(await madeOf({ jti: 'token', id: 'tokens' })).toMatchObject({
      subject: { metadata: { introspection_claim_id: 'tokens' } },
    })
    const proof = await madeOf({ jti: 'token' })
    expect(JSON.stringify(proof)).not.toContain('"token"')
  })
})
