import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { preparedOnce } from '../../src/storage/preparedOnce.ts'

interface Prepared {
  columns: () => unknown
}

let connection: SqlDriverAdapter
let prepared: string[]
/** Of which texts it was asked what their columns are. */
let described: string[]

beforeEach(async () => {
  connection = await new PrismaBetterSqlite3({ url: ':memory:' }).connect()
  const { client } = connection as unknown as { client: { prepare: (text: string) => Prepared } }
  const prepare = client.prepare.bind(client)
  prepared = []
  described = []
  client.prepare = (text) => {
    prepared.push(text)
    const statement = prepare(text)
    const columns = statement.columns.bind(statement)
    statement.columns = () => {
      described.push(text)
      return columns()
    }
    return statement
  }
  preparedOnce(connection)
  await connection.executeScript('CREATE TABLE "names" ("name" TEXT PRIMARY KEY)')
})

afterEach(() => connection.dispose())

const write = 'INSERT INTO "names" VALUES (?) RETURNING "name"'
const read = 'SELECT "name" FROM "names" WHERE "name" >= ? ORDER BY "name"'

describe('statements on SQLite', () => {
  it('are prepared once each, and take other values every time', async () => {
    expect([await rows(write, 'a'), await rows(write, 'b')]).toEqual([['a'], ['b']])
    expect([await rows(read, 'a'), await rows(read, 'b')]).toEqual([['a', 'b'], ['b']])
    expect(await connection.executeRaw(query('DELETE FROM "names" WHERE "name" = ?', 'a'))).toBe(1)
    expect(await connection.executeRaw(query('DELETE FROM "names" WHERE "name" = ?', 'b'))).toBe(1)
    expect(prepared).toEqual([write, read, 'DELETE FROM "names" WHERE "name" = ?'])
    expect(described).toEqual([write, read])
  })

  it('can be made again after they have failed', async () => {
    await rows(write, 'a')
    await expect(rows(write, 'a')).rejects.toThrow()
    expect(await rows(write, 'b')).toEqual(['b'])
    expect(prepared).toEqual([write])
  })
})

function query(sql: string, ...args: string[]) {
  return { sql, args, argTypes: args.map(() => ({ scalarType: 'string', arity: 'scalar' }) as const) }
}

async function rows(sql: string, ...args: string[]): Promise<unknown[]> {
  return (await connection.queryRaw(query(sql, ...args))).rows.flat()
}
