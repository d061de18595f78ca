import assert from 'node:assert/strict'
import { assertOk } from '../answer.ts'
import type { ConformanceCase } from '../case.ts'

/** Who the caller is, and what the server is. */
export const about: readonly ConformanceCase[] = [
  {
    id: 'authenticate',
    name: 'MUST tell callers who they are',
    evidence: 'D',
    source: 'spec 4.2',
    async fn({ send, putUser }) {
      const fields = { roles: ['b', 'a'], full_name: 'A B', email: 'a@b.c', metadata: { x: [1] } }
      const as = await putUser({}, fields)
      const answer = await send('GET', '/_security/_authenticate', { as })
      assertOk(answer)
      const { authentication_realm, lookup_realm, ...rest } = answer.body
      const { username } = as
      assert.deepEqual(rest, { username, ...fields, enabled: true, authentication_type: 'realm' })
      assert.equal((authentication_realm as { type: string }).type, 'native')
      assert.deepEqual(lookup_realm, authentication_realm)
    },
  },
  {
    id: 'authenticate-nulls',
    name: 'MUST show callers null for a full_name and an email that they do not have',
    evidence: 'D',
    source: 'spec 4.2',
    async fn({ send, nobody }) {
      const { body } = await send('GET', '/_security/_authenticate', { as: nobody })
      assert.deepEqual([body.full_name, body.email, body.metadata, body.roles], [null, null, {}, []])
    },
  },
  {
    id: 'root',
    name: 'MUST tell name, cluster and version of the server',
    evidence: 'M',
    source: 'spec 4.4',
    async fn({ send, admin: as }) {
      const answer = await send('GET', '/', { as })
      assertOk(answer)
      const { name, cluster_name, cluster_uuid, version, tagline } = answer.body
      assert.deepEqual(
        [typeof name, typeof cluster_name, typeof cluster_uuid],
        ['string', 'string', 'string'],
      )
      assert.equal(tagline, 'You Know, for Search')
      const keys = [
        'number',
        'build_flavor',
        'build_type',
        'build_hash',
        'build_date',
        'build_snapshot',
        'lucene_version',
        'minimum_wire_compatibility_version',
        'minimum_index_compatibility_version',
      ]
      assert.deepEqual(Object.keys(version as object), keys)
      assert.match((version as { number: string }).number, /^\d+\.\d+\.\d+/)
    },
  },
  {
    id: 'root-same',
    name: 'MUST keep the cluster_uuid',
    evidence: 'M',
    source: 'spec 4.4',
    async fn({ send, admin: as }) {
      assert.deepEqual((await send('GET', '/', { as })).body, (await send('GET', '/', { as })).body)
    },
  },
  {
    id: 'root-head',
    name: 'MUST answer HEAD / with 200 and no body',
    evidence: 'M',
    source: 'spec 4.4',
    async fn({ send, admin: as }) {
      const { status, text } = await send('HEAD', '/', { as })
      assert.deepEqual([status, text], [200, ''])
    },
  },
  {
    id: 'root-format',
    name: 'MUST answer 406 to a format that does not exist',
    evidence: 'M',
    source: 'spec 4.4',
    async fn({ send, admin: as }) {
      assert.equal((await send('GET', '/?format=nonsense', { as })).status, 406)
    },
  },
]
