import { spawnSync } from 'node:child_process'
import { chmod, chown, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase, type OpenConnection } from '../../src/storage/database.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { openSqlite, sqlite } from '../../src/storage/sqlite.ts'
import { driftOf } from '../support/drift.ts'
import { startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { optionsFor } from '../support/testDatabase.ts'

describe('an open SQLite database', () => {
  it('is at this release, in a folder made for its owner alone', async () => {
    const folder = join(await temporaryFolder(), 'new/data')
    await open(join(folder, 'gateway.db'))
    expect(await driftOf(`file:${folder}/gateway.db`)).toBe('')
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })

  it('loses nothing that it has acknowledged: WAL, synchronised in full', async () => {
    const { client } = await open(await newFile())
    expect(await client.$queryRaw`PRAGMA journal_mode`).toEqual([{ journal_mode: 'wal' }])
    expect(await client.$queryRaw`PRAGMA synchronous`).toEqual([{ synchronous: 2n }])
  })

  it('has what can be large of a user behind all that a password is verified with', async () => {
    const { client } = await open(await newFile())
    const columns = await client.$queryRaw<{ name: string }[]>`
      SELECT name FROM pragma_table_info('users') ORDER BY cid DESC LIMIT 4`
    expect(columns.map(({ name }) => name)).toEqual(['metadata', 'email', 'fullName', 'roles'])
  })

  it('waits for a backup rather than failing', async () => {
    const file = await newFile()
    await open(file)
    const backup = await new PrismaBetterSqlite3({ url: `file:${file}` }).connect()
    await backup.executeScript(`VACUUM INTO '${file}.backup'`)
    await backup.dispose()
    expect(await driftOf(`file:${file}.backup`)).toBe('')
  })

  it('waits for another program that writes, and meanwhile does all else', async () => {
    const file = await newFile()
    const { client } = await open(file)
    const other = await new PrismaBetterSqlite3({ url: `file:${file}` }).connect()
    await other.executeScript('BEGIN IMMEDIATE')
    let isWritten = false
    const writing = client.role.create({ data: { name: 'late', definition: {}, revision: 1 } }).then(() => {
      isWritten = true
    })
    // It comes to the first only if nobody has the whole process wait for the second.
    expect(await client.role.count()).toBe(0)
    await setTimeout(100)
    expect(isWritten).toBe(false)
    await other.executeScript('ROLLBACK')
    await writing
    expect(await client.role.count()).toBe(1)
    await other.dispose()
  })

  it('gives up a write after five seconds, as UNAVAILABLE', async () => {
    const file = await newFile()
    const { roles, close } = await openDatabase(optionsFor({ url: `file:${file}`, clock: Date.now }))
    onTestFinished(close)
    const other = await new PrismaBetterSqlite3({ url: `file:${file}` }).connect()
    onTestFinished(() => other.dispose())
    await other.executeScript('BEGIN IMMEDIATE')
    const many = Array.from({ length: 10 }, () => roles.delete('nobody'))
    for (const { reason } of (await Promise.allSettled(many)) as PromiseRejectedResult[])
      expect(reason).toMatchObject({ code: 'UNAVAILABLE', isUndone: true })
  })

  it('answers nothing more once it is closed', async () => {
    const { client, close } = await open(await newFile())
    await close()
    await expect(client.role.count()).rejects.toThrow('not open')
  })

  it.each(['file:', 'file://'])('can be named by an absolute path after %s', async (prefix) => {
    const file = await newFile()
    const { close } = await openSqlite(optionsFor({ url: prefix + file, clock: Date.now }))
    await close()
    expect((await stat(file)).isFile()).toBe(true)
  })
})

describe('one opener at a time', () => {
  const taken = 'another gateway has it open, and only one may: stop it'

  it('refuses a second in the same process', async () => {
    const file = await newFile()
    await open(file)
    await expect(open(file)).rejects.toThrow(taken)
  })

  it('refuses a second by another name of the file', async () => {
    const folder = await temporaryFolder()
    await open(join(folder, 'gateway.db'))
    await symlink(join(folder, 'gateway.db'), join(folder, 'alias.db'))
    await symlink(folder, join(folder, 'folder'))
    await expect(open(join(folder, 'alias.db'))).rejects.toThrow(taken)
    await expect(open(join(folder, 'folder/gateway.db'))).rejects.toThrow(taken)
  })

  it('lets the next one in after it closes', async () => {
    const file = await newFile()
    const first = await open(file)
    await first.close()
    await expect(open(file)).resolves.toBeDefined()
  })

  it('refuses a second process, and lets it in after SIGKILL, with what the first has written', async () => {
    const file = await newFile()
    const { child, line, ended } = startProgram('holding', `file:${file}`)
    expect(await line()).toBe('open')
    await expect(open(file)).rejects.toThrow(taken)
    child.kill('SIGKILL')
    await ended
    const { client } = await open(file)
    expect(await client.role.count()).toBe(1)
  })
})

describe('a database that cannot be served', () => {
  it.each(['file:', 'file::memory:', 'file:data.db?mode=ro'])('is refused if its URL is %s', (url) =>
    refused(url, 'it has to be file: and a path, without parameters'),
  )

  it.each(['file:///tmp/a#b.db', 'file:///tmp/a%zz.db', 'file://elsewhere/tmp/a.db'])(
    'is refused if its URL is %s',
    (url) => refused(url, 'after file:// it has to be a path of this machine, with % as %25 and # as %23'),
  )

  it('is refused if it is a folder', async () => {
    const folder = await temporaryFolder()
    await refused(`file:${folder}`, 'it is a folder')
  })

  it('is refused if it is some other file', async () => {
    const file = await newFile()
    await writeFile(file, 'Dear diary,')
    await refused(`file:${file}`, 'it is not an SQLite database')
  })

  it.each(['gateway.db', 'data/gateway.db'])(
    'is refused if a file stands where its folder has to be: %s',
    async (rest) => {
      const file = await newFile()
      await writeFile(file, '')
      await refused(`file:${file}/${rest}`, 'a part of its path is not a folder')
    },
  )

  it('is refused in a folder that may not be written', async () => {
    const folder = await temporaryFolder()
    await chmod(folder, 0o555)
    await asNobody(async () => {
      await refused(`file:${folder}/gateway.db`, 'its folder may not be written')
      await refused(`file:${folder}/data/gateway.db`, 'it may not be written')
    })
  })

  it('is refused if it may be read but not written', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'gateway.db')
    const { close } = await openSqlite(optionsFor({ url: `file:${file}`, clock: Date.now }))
    await close()
    await Promise.all([chmod(folder, 0o777), chmod(file, 0o444), chmod(`${file}.lock`, 0o666)])
    await asNobody(() => refused(`file:${file}`, 'it may not be written'))
  })

  it('is refused if its folder may not be written any more', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'gateway.db')
    const { close } = await openSqlite(optionsFor({ url: `file:${file}`, clock: Date.now }))
    await close()
    await Promise.all([chmod(folder, 0o555), chmod(file, 0o666), chmod(`${file}.lock`, 0o666)])
    await asNobody(() => refused(`file:${file}`, 'its folder may not be written'))
  })

  it.each([
    ['read', 0o000],
    ['written', 0o444],
  ])('is refused if its lock may not be %s', async (_, mode) => {
    const folder = await temporaryFolder()
    const file = join(folder, 'gateway.db')
    const { close } = await openSqlite(optionsFor({ url: `file:${file}`, clock: Date.now }))
    await close()
    await Promise.all([chmod(folder, 0o777), chmod(file, 0o666), chmod(`${file}.lock`, mode)])
    const reason = 'gateway.db.lock may not be written: it has to belong to whoever runs the gateway'
    await asNobody(() => refused(`file:${file}`, reason))
  })

  it('is refused while another program keeps it from WAL mode', async () => {
    const file = await newFile()
    const adapter = new PrismaBetterSqlite3({ url: `file:${file}` })
    await migrate(sqlite, adapter)
    const other = await adapter.connect()
    await other.executeScript('BEGIN; SELECT * FROM roles')
    await other.queryRaw({ sql: 'SELECT * FROM roles', args: [], argTypes: [] })
    await refused(`file:${file}`, 'another program keeps it locked')
    await other.dispose()
    await expect(open(file)).resolves.toBeDefined()
  })

  it('stays free for the next start', async () => {
    const file = await newFile()
    await writeFile(file, 'Dear diary,')
    await refused(`file:${file}`, 'it is not an SQLite database')
    await writeFile(file, '')
    await expect(open(file)).resolves.toBeDefined()
  })
})

it('a gateway whose lock is removed is not ready: another one could open the file', async () => {
  const file = await newFile()
  const { check } = await open(file)
  await check()
  await rm(`${file}.lock`)
  await expect(check()).rejects.toMatchObject({
    code: 'CONFIGURATION',
    message: expect.stringMatching(/^its lock file has been removed/) as string,
  })
})

it.runIf(process.geteuid?.() === 0)(
  "the lock that root makes belongs to the database's owner (of which root alone can be told)",
  async () => {
    const file = await newFile()
    const database = await openSqlite(optionsFor({ url: `file:${file}`, clock: Date.now }))
    await database.close()
    await rm(`${file}.lock`)
    await chown(file, 65_534, 65_533)
    await open(file)
    expect(await stat(`${file}.lock`)).toMatchObject({ uid: 65_534, gid: 65_533 })
  },
)

const canDropChown = spawnSync('setpriv', ['--bounding-set=-chown', 'true']).status === 0

it.runIf(process.geteuid?.() === 0 && canDropChown)(
  'a lock that root may not give away is one all the same (of which root alone can be told, with setpriv)',
  async () => {
    const file = await newFile()
    await writeFile(file, '')
    await chown(file, 65_534, 65_533)
    const module = JSON.stringify(import.meta.resolve('../../src/storage/sqliteLock.ts'))
    const code = `const { lockSqlite } = await import(${module}); await (await lockSqlite(process.argv[1]))()`
    const args = ['--bounding-set=-chown', process.execPath, '--input-type=module', '-e', code, file]
    const { status, stderr } = spawnSync('setpriv', args, { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  },
)

async function newFile(): Promise<string> {
  return join(await temporaryFolder(), 'gateway.db')
}

async function open(file: string): Promise<OpenConnection> {
  const database = await openSqlite(optionsFor({ url: `file:${file}`, clock: Date.now }))
  onTestFinished(() => database.close())
  return database
}

async function refused(url: string, reason: string): Promise<void> {
  await expect(openDatabase(optionsFor({ url, clock: Date.now }))).rejects.toMatchObject({
    code: 'CONFIGURATION',
    message: `cannot open ${url}: ${reason}`,
  })
}

/** Runs a check without the privileges of root, whom permissions do not stop. */
async function asNobody(check: () => Promise<void>): Promise<void> {
  const root = process.geteuid?.() === 0
  if (root) process.seteuid?.(65_534)
  await check().finally(() => root && process.seteuid?.(0))
}
