import assert from 'node:assert/strict'
import { assertErrorWith, assertInvalid, assertOk, type Answer } from '../answer.ts'
import type { ConformanceCase } from '../case.ts'

const done = { acknowledged: true }
const someData = { data: { app1: {} } }

/** `PUT|POST /_security/profile/{uid}/_data`: changes for a version, for no profile, and at the same time. */
export const profileVersions: readonly ConformanceCase[] = [
  ...[
    { id: 'plain', query: '' },
    { id: 'conditional', query: '?if_seq_no=0&if_primary_term=1' },
  ].map(({ id, query }): ConformanceCase => ({
    id: `data-missing-${id}`,
    name: `MUST answer 404 for a profile that is not there: ${id}`,
    evidence: id === 'plain' ? 'M' : 'inf',
    source: 'spec 3.3',
    async fn({ update, newName }) {
      const uid = newName()
      const answer = await update(uid, someData, query)
      assertErrorWith(answer, 404, 'document_missing_exception', `[profile_${uid}]: document missing`)
      assertMembers(answer.body.error)
    },
  })),
  {
    id: 'data-version',
    name: 'MUST change a profile that has the required version',
    evidence: 'S',
    source: 'spec 3.3',
    async fn({ putProfile, update, getProfile }) {
      const { uid, _doc } = await putProfile()
      assertOk(await update(uid, { data: { app1: { a: 1 } } }, requiring(_doc)), done)
      const changed = await getProfile(uid, '*')
      assertOk(await update(uid, { data: { app1: { b: 2 } } }, requiring(changed._doc)), done)
      assert.deepEqual((await getProfile(uid, '*')).data, { app1: { a: 1, b: 2 } })
    },
  },
  {
    id: 'data-version-stale',
    name: 'MUST answer 409 with both versions to a change for a version that is past, and change nothing',
    evidence: 'M',
    source: 'spec 3.3',
    async fn({ putProfile, update, getProfile }) {
      const { uid, _doc: past } = await putProfile()
      assertOk(await update(uid, { data: { app1: { a: 1 } } }), done)
      const before = await getProfile(uid, '*')
      const answer = await update(uid, { data: { app1: { a: 2 } } }, requiring(past))
      assertConflict(answer, uid, past, before._doc)
      assert.deepEqual(await getProfile(uid, '*'), before)
    },
  },
  {
    id: 'data-version-future',
    name: 'MUST answer 409 to a change for a version that is not there yet',
    evidence: 'M',
    source: 'spec 3.3',
    async fn({ samples: [{ uid, _doc }], update }) {
      const required = { ..._doc, _seq_no: _doc._seq_no + 1_000_000 }
      assertConflict(await update(uid, someData, requiring(required)), uid, required, _doc)
    },
  },
  {
    id: 'data-version-term',
    name: 'MUST answer 409 to a change for another primary term',
    evidence: 'M',
    source: 'spec 3.3',
    async fn({ samples: [{ uid, _doc }], update }) {
      const required = { ..._doc, _primary_term: _doc._primary_term + 1 }
      assertConflict(await update(uid, someData, requiring(required)), uid, required, _doc)
    },
  },
  {
    id: 'data-version-stale-no-op',
    name: 'MUST answer 409 for a version that is past even where nothing would change',
    evidence: 'inf',
    source: 'spec 3.3',
    async fn({ putProfile, update }) {
      const { uid, _doc } = await putProfile()
      assertOk(await update(uid, { data: { app1: { a: 1 } } }), done)
      const { status } = await update(uid, { data: { app1: { a: 1 } } }, requiring(_doc))
      assert.equal(status, 409)
    },
  },
  {
    id: 'data-version-once',
    name: 'MUST take one of several changes for the same version, and answer 409 to the others',
    evidence: 'S',
    source: 'spec 3.3',
    async fn({ putProfile, update, getProfile }) {
      const { uid, _doc } = await putProfile()
      const attempts = [1, 2, 3, 4].map((a) => update(uid, { data: { app1: { a } } }, requiring(_doc)))
      const statuses = (await Promise.all(attempts)).map(({ status }) => status)
      assert.deepEqual(statuses.toSorted(), [200, 409, 409, 409])
      const winner = statuses.indexOf(200) + 1
      assert.deepEqual((await getProfile(uid, '*')).data, { app1: { a: winner } })
    },
  },
  ...[
    { query: 'if_seq_no=3', problem: 'ifSeqNo is set, but primary term is [0]' },
    { query: 'if_seq_no=0', problem: 'ifSeqNo is set, but primary term is [0]' },
    { query: 'if_primary_term=7', problem: 'ifSeqNo is unassigned, but primary term is [7]' },
  ].map(({ query, problem }): ConformanceCase => ({
    id: `data-version-${query}`,
    name: `MUST NOT take ${query} alone`,
    evidence: 'M',
    source: 'spec 3.3',
    async fn({ samples: [{ uid }], update }) {
      assertInvalid(await update(uid, someData, `?${query}`), problem)
    },
  })),
  ...[
    'if_seq_no=-1',
    'if_primary_term=-1',
    'if_seq_no=-1&if_primary_term=-1',
    'if_seq_no=-7&if_primary_term=-2',
  ].map((query): ConformanceCase => ({
    id: `data-version-${query}`,
    name: `MUST ignore what is negative: ${query}`,
    evidence: 'S',
    source: 'spec 3.3',
    async fn({ putProfile, update }) {
      const { uid } = await putProfile()
      assertOk(await update(uid, someData, `?${query}`), done)
    },
  })),
  ...['x', '1.5', '', '9223372036854775808', '-9223372036854775809'].map((value): ConformanceCase => ({
    id: `data-version-not-long-${value}`,
    name: `MUST NOT take ${JSON.stringify(value)} for if_seq_no`,
    evidence: 'M',
    source: 'spec 3.3',
    async fn({ update }) {
      const { status, body } = await update('some-uid', someData, `?if_seq_no=${value}&if_primary_term=1`)
      assert.deepEqual([status, body.error.type], [400, 'illegal_argument_exception'])
    },
  })),
  {
    id: 'data-concurrent',
    name: 'MUST NOT lose an acknowledged change to another that is made at the same time',
    evidence: 'S',
    source: 'spec 3.3',
    async fn({ putProfile, update, getProfile }) {
      const { uid } = await putProfile()
      const names = Array.from({ length: 8 }, (_, index) => `app${index}`)
      const taken: string[] = []
      const change = async (name: string) => {
        const { status } = await update(uid, { labels: { [name]: { a: '1' } }, data: { [name]: { a: 1 } } })
        assert.ok(status === 200 || status === 409)
        if (status === 200) taken.push(name)
      }
      await Promise.all(names.map(change))
      const { labels, data } = await getProfile(uid, '*')
      assert.ok(taken.length > 0)
      assert.deepEqual(
        [Object.keys(labels).sort(), Object.keys(data).sort()],
        [taken.toSorted(), taken.sort()],
      )
    },
  },
  {
    id: 'data-concurrent-activation',
    name: 'MUST NOT lose an acknowledged change to an activation that is made at the same time',
    evidence: 'S',
    source: 'spec 2.5, 3.3',
    async fn({ putUser, activate, update, getProfile }) {
      const user = await putUser()
      const { uid } = await activate(user)
      await putUser(user, { roles: ['other'] })
      const [{ status }] = await Promise.all([update(uid, { data: { app1: { a: 1 } } }), activate(user)])
      const profile = await getProfile(uid, '*')
      assert.ok(status === 200 || status === 409)
      assert.deepEqual(
        [profile.data, profile.user.roles],
        [status === 200 ? { app1: { a: 1 } } : {}, ['other']],
      )
    },
  },
]

interface Version {
  readonly _primary_term: number
  readonly _seq_no: number
}

function requiring({ _seq_no, _primary_term }: Version): string {
  return `?if_seq_no=${_seq_no}&if_primary_term=${_primary_term}`
}

function assertConflict(answer: Answer, uid: string, required: Version, current: Version): void {
  const reason =
    `[profile_${uid}]: version conflict, required seqNo [${required._seq_no}], primary term ` +
    `[${required._primary_term}]. current document has seqNo [${current._seq_no}] and primary term ` +
    `[${current._primary_term}]`
  assertErrorWith(answer, 409, 'version_conflict_engine_exception', reason)
  assertMembers(answer.body.error)
}

/** Where the document is, or should be. */
function assertMembers(error: Readonly<Record<string, unknown>>): void {
  const members = [error.index_uuid, error.shard, error.index].map((member) => typeof member)
  assert.deepEqual(members, ['string', 'string', 'string'])
}
