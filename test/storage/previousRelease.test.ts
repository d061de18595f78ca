import { readFile } from 'node:fs/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { migrate, type Dialect } from '../../src/storage/migrate.ts'
import { releaseOf } from '../../src/storage/migrations.ts'
import { postgresql } from '../../src/storage/postgresql.ts'
import { sqlite } from '../../src/storage/sqlite.ts'
import { adapterFor } from '../support/dialects.ts'
import { emptyDatabase } from '../support/emptyDatabase.ts'
import { generateClient, type GeneratedClient, type Row } from '../support/generatedClient.ts'
import { modelsOf, type Model } from '../support/models.ts'
import { anotherRelease, lastRelease, migrationsOf } from '../support/releases.ts'
import { databaseName } from '../support/testDatabase.ts'

const ours = { sqlite, postgresql }[databaseName]
const migrations = await migrationsOf(ours)
const release = lastRelease(migrations)
const since = migrations.filter((name) => releaseOf(name) === release)
const last = migrations.findLast((name) => releaseOf(name) < release) ?? ''
const schema = await readFile(new URL(`${last}/schema.prisma`, ours.migrations), 'utf8')
const models = modelsOf(schema)
const open = await generateClient(schema)

// While the gateways are updated one by one, some still are of the release before, on a schema that is newer.
describe('the release before', () => {
  it('knows users, roles, profiles and the cluster', () => {
    expect(models.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['user', 'role', 'profile', 'cluster']),
    )
    expect(since.length).toBeGreaterThan(0)
  })

  it('runs on its own schema', async () => {
    const client = await clientOn(await anotherRelease(ours, { without: since }))
    await useEveryModel(client)
  })

  it('runs on the schema of this one', async () => {
    const client = await clientOn(ours)
    await useEveryModel(client)
  })

  it('finds what it has stored once this one has migrated', async () => {
    const { url } = await emptyDatabase()
    await migrate(await anotherRelease(ours, { without: since }), adapterFor(url))
    const before = open(url)
    for (const model of models) await rowsOf(before, model).create({ data: whole(model, 0) })
    const find = (client: GeneratedClient, model: Model) =>
      rowsOf(client, model).findUnique({ where: keyOf(model, whole(model, 0)) })
    // One row changes others: triggers raise the security epoch.
    const stored = new Map<Model, unknown>()
    for (const model of models) stored.set(model, await find(before, model))
    await before.$disconnect()
    expect(await migrate(ours, adapterFor(url))).toEqual(since)
    const after = open(url)
    for (const model of models) {
      expect(stored.get(model)).toMatchObject(keyOf(model, whole(model, 0)))
      expect(await find(after, model)).toEqual(stored.get(model))
    }
    await after.$disconnect()
  })
})

// What those tests are for: each of these must make them fail.
describe('the release before does not run where a migration', () => {
  it.each([
    [
      'demands what it does not give',
      'ALTER TABLE "roles" ADD COLUMN "rank" INTEGER NOT NULL',
      /Null constraint violation/,
    ],
    [
      'renames a column',
      'ALTER TABLE "users" RENAME COLUMN "fullName" TO "name"',
      /`fullName.* does not exist/,
    ],
    [
      'drops a column, even one that can be null',
      'ALTER TABLE "profiles" DROP COLUMN "realmDomain"',
      /`realmDomain.* does not exist/,
    ],
    ['renames a table', 'ALTER TABLE "cluster" RENAME TO "clusters"', /cluster` does not exist/],
    [
      'makes something unique',
      'CREATE UNIQUE INDEX "one_email" ON "users" ("email")',
      /Unique constraint failed/,
    ],
  ])('%s', async (_, script, reason) => {
    const name = `99990101000000_r${release}_broken`
    const client = await clientOn(await anotherRelease(ours, { more: { [name]: `${script};` } }))
    await expect(useEveryModel(client)).rejects.toThrow(reason)
  })
})

/** A client of the release before, on a database that another has migrated. */
async function clientOn(dialect: Dialect): Promise<GeneratedClient> {
  const { url } = await emptyDatabase()
  await migrate(dialect, adapterFor(url))
  const client = open(url)
  onTestFinished(() => client.$disconnect())
  return client
}

async function useEveryModel(client: GeneratedClient): Promise<void> {
  for (const model of models) await useRows(client, model)
}

/** Makes two rows of a model that are alike but for their key, reads, changes and removes them; then the least row. */
async function useRows(client: GeneratedClient, model: Model): Promise<void> {
  const rows = rowsOf(client, model)
  for (const sample of [0, 1] as const) {
    const row = { ...whole(model, 0), ...keyOf(model, whole(model, sample)) }
    expect(await rows.create({ data: row })).toEqual(row)
    expect(await rows.findUnique({ where: keyOf(model, row) })).toEqual(row)
  }
  const changed = whole(model, 1)
  const where = keyOf(model, changed)
  expect(await rows.update({ where, data: changed })).toEqual(changed)
  expect(await rows.delete({ where })).toEqual(changed)
  expect(await rows.findUnique({ where })).toBeNull()
  const least = whole({ ...model, fields: model.fields.filter(({ optional }) => !optional) }, 1)
  expect(await rows.create({ data: least })).toMatchObject(least)
}

function rowsOf(client: GeneratedClient, { name }: Model) {
  const rows = client[name]
  if (!rows) throw new Error(`the client has no ${name}`)
  return rows
}

/** A row with everything that it can have. */
function whole({ fields }: Model, sample: 0 | 1): Row {
  return Object.fromEntries(fields.map(({ name, samples }) => [name, samples[sample]]))
}

function keyOf({ key }: Model, row: Row): Row {
  return { [key]: row[key] }
}
