import { defaultFieldResolver, isObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schema } from '../../src/graphql/schema.ts'
import { createTestApp } from '../support/testApp.ts'
import { ask } from '../graphql/ask.ts'

/** How often each field was resolved, and did not refuse. */
const resolved = new Map<string, number>()
for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
  for (const field of Object.values(type.getFields())) {
    const resolve = field.resolve ?? defaultFieldResolver
    const name = `${type.name}.${field.name}`
    field.resolve = (...given) => {
      const value: unknown = resolve(...given)
      const count = () => resolved.set(name, (resolved.get(name) ?? 0) + 1)
      if (value instanceof Promise) value.then(count, () => undefined)
      else count()
      return value
    }
  }
}

const { fetch, run, close } = await createTestApp()
afterAll(close)

const uids = Array.from({ length: 1_000 }, (_, n) => `u_${n}`)
beforeAll(async () => {
  const row = (uid: string) =>
    `('${uid}', '${uid}', true, 0, 0, 'name', '[]', '{}', '{"a":1}', 'native', 'native')`
  await run(
    `INSERT INTO profiles (uid, base, enabled, "lastSynchronized", "seqNo", username, roles, labels, data, "realmName", "realmType")
     VALUES ${uids.map(row).join()}`,
  )
})

const times = (count: number, field: string) =>
  Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ')

async function asked(fields: string, some: readonly string[] = []) {
  resolved.clear()
  const query = `query ($uids: [ID!]!${some.length > 0 ? ', $some: [ID!]!' : ''}) { ${fields} }`
  const answer = await ask(fetch, query, { uids, ...(some.length > 0 && { some }) })
  const total = [...resolved.values()].reduce((sum, one) => sum + one, 0)
  return { ...answer, total, of: (name: string) => resolved.get(name) ?? 0 }
}

describe('the most that one request gets', () => {
  it.each([
    ['of one list', `profiles(uids: $uids) { profiles { ${times(98, 'uid')} } }`],
    ['of two lists', times(2, `profiles(uids: $uids) { profiles { ${times(48, 'uid')} } }`)],
    ['of objects in a list', `profiles(uids: $uids) { profiles { ${times(49, 'doc { seqNo }')} } }`],
  ])('are 100 fields for each of a thousand profiles: %s', async (_, fields) => {
    const { errors, total } = await asked(fields)
    expect(errors).toBeUndefined()
    expect(total).toBeGreaterThan(90_000)
    expect(total).toBeLessThan(102_000)
    const more = await asked(fields.replace('{ a0:', '{ b: uid c: uid d: uid a0:'))
    expect(more).toMatchObject({
      status: 400,
      total: 0,
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    })
  })

  it('are 2,500 profiles and their data', async () => {
    const all =
      'a: profiles(uids: $uids) { profiles { uid } } b: profiles(uids: $some) { profiles { data(keys: ["a"]) } }'
    const most = await asked(all, uids.slice(0, 750))
    expect(most.errors).toBeUndefined()
    expect(most.of('Profile.data')).toBe(750)
    expect(await asked(all, uids.slice(0, 751))).toMatchObject({
      status: 413,
      errors: [{ extensions: { code: 'TOO_LARGE' } }],
    })
  })

  it('are 90 profiles one by one', async () => {
    const { errors, of } = await asked(
      `profiles(uids: $uids) { errors { uid } } ${times(88, 'profile(uid: "u_1") { uid }')}`,
    )
    expect(errors).toBeUndefined()
    expect(of('Query.profile')).toBe(88)
    expect(await asked(times(91, 'profile(uid: "u_1") { uid }'))).toMatchObject({ status: 400, total: 0 })
  })
})
