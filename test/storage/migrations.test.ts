import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { lastSchemaOf } from '../../prisma/author.ts'
import { diff } from '../../prisma/diff.ts'
import { schemaFor } from '../../prisma/generate.ts'
import { readMigrations } from '../../src/storage/migrations.ts'

const root = join(import.meta.dirname, '../..')

describe.each(['sqlite', 'postgresql'] as const)('the migrations of %s', (database) => {
  const folder = new URL(`../../prisma/migrations/${database}/`, import.meta.url)

  it('lead to the schema', async () => {
    expect(await diff(database, await lastSchemaOf(database), await schemaFor(database))).toBeNull()
  })

  it('do what each of their schemas says', async () => {
    let before = `datasource db {\n  provider = "${database}"\n}\n`
    for (const { name, script } of await readMigrations(folder)) {
      const after = await readFile(new URL(`${name}/schema.prisma`, folder), 'utf8')
      const derived = await diff(database, before, after)
      // What no schema can say, such as triggers, is written by hand: in a migration that changes no schema.
      if (derived !== null) expect(script).toBe(derived)
      else expect(after).toBe(before)
      before = after
    }
  })

  it('contain nothing that cannot run in a transaction', async () => {
    for (const { script } of await readMigrations(folder)) {
      expect(script).not.toMatch(/\b(CONCURRENTLY|VACUUM|COMMIT|journal_mode)\b/i)
    }
  })
})

describe('the schema of PostgreSQL', () => {
  it('differs from the authored one only in provider, folder and heading', async () => {
    const authored = (await schemaFor('sqlite')).split('\n')
    const derived = (await schemaFor('postgresql')).split('\n')
    expect(derived.filter((line) => !authored.includes(line))).toEqual([
      expect.stringMatching(/^\/\/ Derived/),
      expect.stringMatching(/output .*"\.\/postgresql"/),
      '  provider = "postgresql"',
    ])
    expect(derived).toHaveLength(authored.length)
  })

  it('is the one from which its client was generated', async () => {
    const generated = await readFile(join(root, 'prisma/generated/postgresql.prisma'), 'utf8')
    expect(generated).toBe(await schemaFor('postgresql'))
  })
})

describe('the generated clients', () => {
  it('run side by side without a build step', async () => {
    const script = `
      const clients = await Promise.all([
        import('./prisma/generated/sqlite/client.ts'),
        import('./prisma/generated/postgresql/client.ts'),
      ])
      console.log(clients.map(({ PrismaClient }) => typeof PrismaClient).join())`
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['-e', script, '--input-type=module'],
      {
        cwd: root,
      },
    )
    expect({ stdout, stderr }).toEqual({ stdout: 'function,function\n', stderr: '' })
  })
})
