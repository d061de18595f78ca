import { cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { GraphQLEnumType, isObjectType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { statusOf } from '../../src/errors.ts'
import { schema } from '../../src/graphql/schema.ts'
import { root } from './page.ts'
import { walk, type Walked } from './walk.ts'

const page = await readFile(join(root, 'docs/frontends.md'), 'utf8')
const rows = [...page.matchAll(/^\| `([A-Z_]+)` +\| (\d{3})?/gm)].map(([, name = '', status]) => ({
  name,
  status,
}))

describe('docs/rest-clients.md, and docs/frontends.md after it', () => {
  it('make clients that work, of both versions, and a login form', { timeout: 120_000 }, () =>
    walk({
      after: 'docs/getting-started.md',
      pages: ['docs/rest-clients.md', 'docs/frontends.md'],
      atTheEnd: runsWithClient8,
    }),
  )
})

describe('docs/frontends.md', () => {
  it('tells of every reason', () => {
    const reasons = schema.getType('GrantRejectedReason')
    if (!(reasons instanceof GraphQLEnumType)) throw new Error('there are no reasons')
    const told = rows.filter(({ status }) => status === undefined).map(({ name }) => name)
    expect(told.sort()).toEqual(
      reasons
        .getValues()
        .map(({ name }) => name)
        .sort(),
    )
  })

  it('tells of every code, with its status', () => {
    const told = rows.flatMap(({ name, status }) => (status === undefined ? [] : [[name, Number(status)]]))
    expect(Object.fromEntries(told)).toEqual({ ...statusOf, OPERATION_NOT_ALLOWED: 403 })
  })

  it('tells caches to know objects by fields that all of their type have', () => {
    const told = [...page.matchAll(/^ +(\w+): \{ keyFields: \[(.*)\] \},$/gm)]
    expect(told.map(([, type]) => type)).toEqual(['Profile', 'User', 'Role', 'RoleMapping', 'Viewer'])
    for (const [, type = '', fields = ''] of told) {
      const named = schema.getType(type)
      if (!isObjectType(named)) throw new Error(`${type} is no type of objects`)
      for (const [, field = ''] of fields.matchAll(/'(\w+)'/g)) {
        expect(String(named.getFields()[field]?.type), `${type}.${field}`).toMatch(/!$/)
      }
    }
  })
})

/** What docs/rest-clients.md says of the former version of Elasticsearch's client. */
async function runsWithClient8({ folder, shell, ports }: Walked): Promise<void> {
  await mkdir(join(folder, 'with8/node_modules/@elastic'), { recursive: true })
  const client8 = join(root, 'node_modules/elasticsearch-8')
  await symlink(client8, join(folder, 'with8/node_modules/@elastic/elasticsearch'))
  await cp(join(folder, 'activate.mjs'), join(folder, 'with8/activate.mjs'))
  const command = await ports.in('GATEWAY_URL=http://127.0.0.1:4000 node with8/activate.mjs')
  const out = expect.stringMatching(/^Jack Nicholson, u_/) as string
  expect(await shell.run(command)).toMatchObject({ code: 0, out })
}
