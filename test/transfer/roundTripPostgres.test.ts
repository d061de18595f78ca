import { join } from 'node:path'
import { expect, it } from 'vitest'
import { delicateDocuments } from '../storage/contract/documents.ts'
import { emptyDatabase } from '../support/emptyDatabase.ts'
import { exported, imported, lines } from '../support/transferring.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { bcryptHash, hashedUid, profiles, security } from './cluster.ts'

/** One that could not be deeper: it stands in no other. */
const depthOfHundred = delicateDocuments.findIndex(([what]) => what === 'a hundred levels')

const documents = delicateDocuments.map(([, document]) =>
  // A top-level name is that of an application, or of a member of metadata.
  ({ app: document }),
)
const input =
  JSON.stringify(security) +
  JSON.stringify(profiles) +
  lines(
    ...documents.map((metadata, n) => ({
      ...{ kind: 'user', username: `User ${n}`, password_hash: bcryptHash, roles: ['b', 'a', 'b'] },
      ...(n < documents.length - 1 && { metadata: n === depthOfHundred ? {} : metadata }),
    })),
    ...documents.map((labels, n) => ({
      ...{ kind: 'profile', uid: hashedUid(`User ${n}`), last_synchronized: n },
      user: {
        username: `User ${n}`,
        roles: [],
        realm: { name: 'native', type: 'native', domain: "o'brien" },
      },
      ...(n !== depthOfHundred && {
        labels,
        data: { ...labels, Zeta: 1, alpha: { 10: 1, 9: 2, b: 1, a: 2 } },
      }),
    })),
  )

it(
  'what goes from SQLite to PostgreSQL and back is the same, byte by byte',
  { timeout: 120_000 },
  async () => {
    const sqlite = async () => `file:${join(await temporaryFolder(), 'gateway.db')}`
    const [first, second, third] = [await sqlite(), (await emptyDatabase()).url, await sqlite()]
    const result = await imported(first, input)
    expect(result.refused).toEqual([])
    const original = await exported(first)
    expect((await imported(second, original, { chunk: 1_000 })).refused).toEqual([])
    const there = await exported(second)
    expect(there).toBe(original)
    await imported(third, there)
    expect(await exported(third)).toBe(original)
    expect(original.split('\n').length).toBeGreaterThan(45)
  },
)
