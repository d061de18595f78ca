import { readFile } from 'node:fs/promises'
import { GraphQLEnumType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { statusOf } from '../../src/errors.ts'
import { schema } from '../../src/graphql/schema.ts'
import { walk } from './walk.ts'

describe('docs/frontends.md', () => {
  it('makes a login form with typed operations, which works', { timeout: 60_000 }, () =>
    walk({ page: 'docs/frontends.md', after: 'docs/getting-started.md' }),
  )

  it('tells of every reason, and of every code with its status', async () => {
    const page = await readFile(new URL('../../docs/frontends.md', import.meta.url), 'utf8')
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` +\| (\d{3})?/gm)].map(([, name = '', status]) => ({
      name,
      status,
    }))
    const reasons = schema.getType('GrantRejectedReason') as GraphQLEnumType
    expect(
      rows
        .filter(({ status }) => status === undefined)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(
      reasons
        .getValues()
        .map(({ name }) => name)
        .sort(),
    )
    const codes = rows.flatMap(({ name, status }) => (status === undefined ? [] : [[name, Number(status)]]))
    expect(Object.fromEntries(codes)).toEqual({ ...statusOf, OPERATION_NOT_ALLOWED: 403 })
  })
})
