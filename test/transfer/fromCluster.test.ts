import { describe, expect, it } from 'vitest'
import { exported, imported, lines, type Imported } from '../support/transferring.ts'
import { emptyDatabase } from '../support/emptyDatabase.ts'
import {
  bcryptHash,
  hashedUid,
  jacknichHit,
  pbkdf2Hash,
  profileHit,
  profiles,
  response,
  security,
  securityHit,
  userHit,
} from './cluster.ts'

/** What is in a database once an input was imported into it. */
async function after(input: string): Promise<{ result: Imported; there: Record<string, unknown>[] }> {
  const { url } = await emptyDatabase()
  const result = await imported(url, input)
  const there = (await exported(url)).trim().split('\n').slice(1, -1)
  return { result, there: there.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

/** Why a document is refused, and what it is called. */
async function refusal(hit: object) {
  const { result, there } = await after(lines(hit))
  expect(there).toEqual([])
  return result.refused.map(({ subject, reason }) => `${subject ?? '?'}: ${reason}`)
}

describe('what a search of a cluster has answered', () => {
  const asked = [
    ['whole, one response after the other', JSON.stringify(security) + JSON.stringify(profiles)],
    [
      'as it is printed for people',
      [security, profiles].map((one) => JSON.stringify(one, null, 2)).join('\n'),
    ],
    ['as its hits, one a line', lines(...security.hits.hits, ...profiles.hits.hits)],
  ] as const

  it.each(asked)('is imported %s', async (_, input) => {
    const { result } = await after(input)
    expect(result).toEqual({
      counts: { 'user imported': 2, 'role imported': 1, 'role_mapping imported': 2, 'profile imported': 14 },
      passedOver: {
        'reserved-user': 2,
        'built-in role': 1,
        'application-privilege': 1,
        api_key: 1,
        service_account_token: 1,
      },
      refused: [],
    })
  })

  it('is the same in the database, however it came', async () => {
    const databases = await Promise.all(asked.map(async ([, input]) => (await after(input)).there))
    expect(databases[1]).toEqual(databases[0])
    expect(databases[2]).toEqual(databases[0])
  })

  it('comes with hashes, states, metadata and everything that a role or a mapping can have', async () => {
    const { there } = await after(JSON.stringify(security))
    expect(there).toEqual([
      {
        kind: 'role',
        name: 'admin',
        cluster: ['manage_user_profile', 'cluster:admin/xpack/*'],
        indices: [
          {
            allow_restricted_indices: false,
            field_security: { except: ['secret'], grant: ['*'] },
            names: ['logs-*', '/metrics-[0-9]+/'],
            privileges: ['read', 'view_index_metadata'],
            query: '{"term":{"team":"a"}}',
          },
        ],
        applications: [
          {
            application: 'kibana-.kibana',
            privileges: ['feature_discover.all'],
            resources: ['space:default'],
          },
        ],
        run_as: ['jacknich'],
        global: { profile: { write: { applications: ['kibana*'] } } },
        metadata: { version: 1 },
        description: 'Reads logs.',
      },
      {
        kind: 'role_mapping',
        name: 'saml-users',
        enabled: true,
        roles: [],
        role_templates: [{ template: { source: 'saml-{{username}}' }, format: 'string' }],
        rules: { all: [{ field: { 'realm.name': 'saml1' } }, { except: { field: { groups: 'guests' } } }] },
        metadata: { since: '2020' },
      },
      {
        kind: 'role_mapping',
        name: 'staff',
        enabled: false,
        roles: ['admin'],
        role_templates: [],
        rules: { field: { groups: ['cn=staff,dc=example,dc=com', '*admins*'] } },
        metadata: {},
      },
      {
        kind: 'user',
        username: 'gone',
        password_hash: pbkdf2Hash,
        roles: ['editor'],
        full_name: null,
        email: null,
        metadata: {},
        enabled: false,
      },
      {
        kind: 'user',
        username: 'jacknich',
        password_hash: bcryptHash,
        roles: ['admin', 'other_role1'],
        full_name: 'Jack Nicholson',
        email: 'jacknich@example.com',
        metadata: { intelligence: 7 },
        enabled: true,
      },
    ])
  })

  it('keeps uids, labels, data, times and versions of profiles', async () => {
    const { there } = await after(JSON.stringify(profiles))
    const uids = there.map(({ uid }) => uid)
    expect(uids).toEqual(profiles.hits.hits.map(({ _source }) => _source.user_profile.uid).sort())
    expect(there.find(({ uid }) => uid === hashedUid('jacknich'))).toEqual({
      kind: 'profile',
      uid: hashedUid('jacknich'),
      enabled: true,
      last_synchronized: 1_642_650_651_037,
      user: {
        username: 'jacknich',
        roles: ['admin', 'other_role1'],
        realm: { name: 'default_native', type: 'native', domain: null },
        email: 'jacknich@example.com',
        full_name: 'Jack Nicholson',
      },
      labels: { kibana: { tags: ['x', 'y'], team: 'a' } },
      data: {
        kibana: { avatar: { color: '#ff0', initials: null }, userSettings: { darkMode: 'dark' } },
      },
      seq_no: 41,
    })
    expect(there.find(({ uid }) => uid === 'u_literal-1_corp')).toMatchObject({
      user: { realm: { name: 'saml1', type: 'saml', domain: 'staff' } },
    })
    expect(there.find(({ uid }) => uid === hashedUid('joe'))).toMatchObject({ enabled: false })
  })
})

describe('a response', () => {
  it('that timed out or lacks shards gives its hits, and is said to be incomplete', async () => {
    for (const missing of [{ timed_out: true }, { _shards: { total: 2, successful: 1, failed: 1 } }]) {
      const { result } = await after(JSON.stringify({ ...response(jacknichHit), ...missing }))
      expect(result.counts).toEqual({ 'profile imported': 1 })
      expect(result.refused.map(({ reason }) => reason)).toEqual([
        'the search has not found everything: it timed out, or shards failed. Its hits were taken',
      ])
    }
  })

  it('that is an error is said to be one', async () => {
    const error = { error: { type: 'security_exception', reason: 'secret' }, status: 403 }
    expect(await refusal(error)).toEqual(['?: it is an error that a cluster has answered'])
  })
})

describe('a document that cannot be taken along', () => {
  it.each([
    [
      'a user whose hash is too expensive',
      userHit('ada', `$2a$14$${bcryptHash.slice(7)}`),
      /^user \[ada\]: \[password_hash\] must be a bcrypt hash with a cost from 4 to 13/,
    ],
    ['a user without a hash', userHit('ada', ''), /^user \[ada\]: \[password_hash\] must be an? /],
    ['a user whose id is another', { ...userHit('ada', bcryptHash), _id: 'user-eve' }, /_id is not the one/],
    [
      'a user with a name that it cannot have',
      userHit('ädä', bcryptHash),
      /^user \[ädä\]: User names must be/,
    ],
    [
      'a user of our superuser’s name',
      userHit('elastic', bcryptHash),
      /^user \[elastic\]: Username \[elastic\] is reserved/,
    ],
    [
      'a role with what is not kept here',
      securityHit('role-far', { cluster: [], remote_indices: [{ names: ['*'] }], type: 'role' }),
      /^role \[far\]: Unrecognized key: "remote_indices"/,
    ],
    [
      'a role with an unknown privilege',
      securityHit('role-odd', { cluster: ['manage_ai'], type: 'role' }),
      /^role \[odd\]: unknown cluster privilege \[manage_ai\]/,
    ],
    [
      'a role mapping without roles',
      securityHit('role-mapping_x', {
        enabled: true,
        roles: [],
        rules: { field: { username: 'a' } },
        doc_type: 'role-mapping',
      }),
      /^role_mapping \[x\]: role-mapping roles or role-templates are missing/,
    ],
    [
      'a profile whose uid is another’s',
      profileHit('bob', hashedUid('ada')),
      /its uid is none that a user of this name can have/,
    ],
    ['a profile whose literal uid is another’s', profileHit('bob', 'u_ada_corp'), /its uid is none/],
    [
      'a profile whose uid has no number',
      profileHit('bob', hashedUid('bob').replace(/_0$/, '_00')),
      /its uid is none/,
    ],
    [
      'a profile whose id is another',
      { ...profileHit('bob', hashedUid('bob')), _id: 'profile_x' },
      /_id is not the one/,
    ],
    [
      'a profile that keeps something under a name that it cannot have',
      profileHit('bob', hashedUid('bob'), undefined, { application_data: { 'a.b': 1 } }),
      /application name must not contain dot/,
    ],
    [
      'a profile that is too large',
      profileHit('bob', hashedUid('bob'), undefined, { application_data: { a: 'x'.repeat(10_000_000) } }),
      /its labels and data have \[10000010b\], which exceeds the maximum of \[10000000b\]/,
    ],
    [
      'a profile with times that are none',
      profileHit('bob', hashedUid('bob'), undefined, { last_synchronized: '2020' }),
      /last_synchronized: expected/,
    ],
    [
      'a document of an unknown kind',
      securityHit('x', { type: 'widget' }),
      /^document \[x\]: it is no kind of document/,
    ],
    [
      'a hit without its source',
      { _index: '.security-7', _id: 'user-ada' },
      /^document \[user-ada\]: it has no _source/,
    ],
    ['an unknown object', { took: 1 }, /it is neither a record of an export nor a hit of a search/],
  ])('is refused with the reason: %s', async (_, hit, expected) => {
    const refused = await refusal(hit)
    expect(refused).toHaveLength(1)
    expect(refused[0]).toMatch(expected)
    expect(refused[0]).not.toContain(bcryptHash.slice(7))
  })
})
