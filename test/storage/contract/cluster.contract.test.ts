import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../../src/storage/database.ts'
import { groundless } from '../../support/groundless.ts'
import { newDatabase, optionsFor, type NewDatabase } from '../../support/testDatabase.ts'

describe('the name of the cluster', () => {
  it('is one UUID, which stays', async () => {
    const database = await removedAfterwards()
    const uuid = await nameOf(database)
    expect(uuid).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
    expect(await nameOf(database)).toBe(uuid)
  })

  it('is another for each database', async () => {
    const [one, other] = [await removedAfterwards(), await removedAfterwards()]
    expect(await nameOf(one)).not.toBe(await nameOf(other))
  })
})

describe('the realms on which gateways agree', () => {
  it('are those of the first, and stay, until others are adopted', async () => {
    const { agreeOnRealms, close } = await openDatabase(optionsFor(await removedAfterwards()))
    onTestFinished(close)
    expect(await agreeOnRealms('first', false)).toBe('first')
    expect(await agreeOnRealms('second', false)).toBe('first')
    expect(await agreeOnRealms('third', true)).toBe('third')
    expect(await agreeOnRealms('first', false)).toBe('third')
  })

  it('are those of one of them, if many come first at once', async () => {
    const { agreeOnRealms, close } = await openDatabase(optionsFor(await removedAfterwards()))
    onTestFinished(close)
    const agreed = await Promise.all(
      Array.from({ length: 20 }, (_, n) => agreeOnRealms(`realm ${n}\n…`, false)),
    )
    expect(new Set(agreed).size).toBe(1)
    expect(agreed[0]).toMatch(/^realm \d+\n…$/)
  })

  it('may be many', async () => {
    const { agreeOnRealms, close } = await openDatabase(optionsFor(await removedAfterwards()))
    onTestFinished(close)
    const many = Array.from({ length: 10_000 }, (_, n) => `realm jwt/${n}`).join('\n')
    expect(await agreeOnRealms(many, false)).toBe(many)
  })
})

describe('the key of the audit log', () => {
  it('is one, if many need it first at once, and stays', async () => {
    const { auditKey, close } = await openDatabase(optionsFor(await removedAfterwards()))
    onTestFinished(close)
    const keys = await Promise.all(Array.from({ length: 20 }, () => auditKey()))
    expect(keys).toEqual(keys.map(() => expect.stringMatching(/^[\w-]{43}$/) as string))
    expect(new Set([...keys, await auditKey()]).size).toBe(1)
  })
})

describe('what a start and a first activation ask for', () => {
  it('is asked without the client, which takes long to load', async () => {
    const database = await removedAfterwards()
    await nameOf(database)
    const options = ['--input-type=module', '--eval', withoutClient, JSON.stringify(optionsFor(database))]
    const { stdout } = await promisify(execFile)(process.execPath, options)
    expect(JSON.parse(stdout)).toEqual({ asked: 0, loaded: 1 })
  })
})

describe('a database without the row of the cluster', () => {
  it('says so, rather than that nobody is there or that no role counts', async () => {
    const database = await removedAfterwards()
    const { users, roles, securityEpoch, auditKey, close } = await openDatabase(optionsFor(database))
    onTestFinished(close)
    const ada = { username: 'ada', passwordHash: '', roles: [], fullName: null, email: null, metadata: {} }
    await users.put({ ...ada, enabled: true }, groundless)
    await database.run('DELETE FROM cluster')
    const failure = {
      code: 'CONFIGURATION',
      message: expect.stringContaining('lacks the row of the cluster') as string,
    }
    await expect(users.find('ada')).rejects.toMatchObject(failure)
    await expect(roles.definitions()).rejects.toMatchObject(failure)
    await expect(securityEpoch()).rejects.toMatchObject(failure)
    await expect(auditKey()).rejects.toMatchObject(failure)
  })
})

/** Opens the database of its options, and says how many modules of WebAssembly were made until the client was, and with it. */
const withoutClient = `
  let made = 0
  const { Module } = WebAssembly
  WebAssembly.Module = function (bytes) {
    made += 1
    return new Module(bytes)
  }
  const { openDatabase } = await import('${new URL('../../../src/storage/database.ts', import.meta.url).href}')
  // Node's own, which strips types.
  made = 0
  const database = await openDatabase({ ...JSON.parse(process.argv[1]), clock: Date.now })
  const { users, roles, roleMappings } = database
  await database.agreeOnRealms('', false)
  await database.auditKey()
  await database.check()
  await users.passwordHashes('', 10)
  await users.find('ada')
  await users.findPassword('ada')
  await roles.definitions()
  await roleMappings.definitions()
  const asked = made
  await database.loadClient()
  console.log(JSON.stringify({ asked, loaded: made }))
  await database.close()`

async function removedAfterwards(): Promise<NewDatabase> {
  const database = await newDatabase()
  onTestFinished(() => database.remove())
  return database
}

async function nameOf(database: NewDatabase): Promise<string> {
  const { clusterUuid, close } = await openDatabase(optionsFor(database))
  await close()
  return clusterUuid
}
