import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, renameSync, statSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { basic, elastic, rest, type AuditLine } from '../support/testApp.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { serve, start } from './servedGateway.ts'
import { smallFiles } from './smallDisk.ts'

const settings = 'audit.destination: ./audit.ndjson\n'
const fileIn = (folder: string) => join(folder, 'audit.ndjson')
const textIn = (folder: string) => readFileSync(fileIn(folder), 'utf8')
const put = { password: 'n3w-p@ssw0rd', roles: [] }

describe('the file of the audit log', { timeout: 60_000 }, () => {
  it('has the line of every answer that has arrived, though the gateway is killed then', async () => {
    const folder = await temporaryFolder()
    for (let round = 0; round < 2; round++) {
      const { process, fetch } = await serve(folder, { settings })
      const name = `user-${round}`
      const answers = Array.from({ length: 20 }, () => rest(fetch, 'GET', `/_security/user/${name}`, elastic))
      const { status } = await rest(fetch, 'PUT', `/_security/user/${name}`, elastic, put)
      expect(await process.stop('SIGKILL')).toBe('SIGKILL')
      expect(status).toBe(200)
      await Promise.allSettled(answers)
      const outcomes = textIn(folder)
        .split('\n')
        .filter((line) => line.includes('"user-put"') && line.includes(`"${name}"`))
        .map((line) => (JSON.parse(line) as AuditLine).event.outcome)
      expect(outcomes).toEqual(['unknown', 'success'])
    }
  })

  it('is opened anew at SIGHUP, and no line is lost', async () => {
    const folder = await temporaryFolder()
    const { process, fetch } = await serve(folder, { settings, environment: { LOG_LEVEL: 'info' } })
    renameSync(fileIn(folder), `${fileIn(folder)}.1`)
    const before = rest(fetch, 'PUT', '/_security/user/before', elastic, put)
    process.child.kill('SIGHUP')
    await process.says(/(opened anew)/)
    await before
    await rest(fetch, 'PUT', '/_security/user/after', elastic, put)
    expect(textIn(folder)).toContain('"after"')
    expect(readFileSync(`${fileIn(folder)}.1`, 'utf8') + textIn(folder)).toContain('"before"')
    expect(await process.stop()).toBe(0)
  })

  it('is asked for by SIGHUP while the gateway still starts, which goes on', async () => {
    const silent = createServer()
    silent.listen(0, '127.0.0.1')
    onTestFinished(() => void silent.close())
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const process = await start(await temporaryFolder(), {
      settings: `${settings}database.connection_timeout: 1s\n`,
      environment: { DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/none` },
    })
    const [socket] = (await once(silent, 'connection')) as [Socket]
    onTestFinished(() => void socket.destroy())
    process.child.kill('SIGHUP')
    expect(await process.ended).toBe(69)
  })

  it('that cannot be opened ends the start with 78, which says so', async () => {
    const folder = await temporaryFolder()
    const process = await start(folder, { settings: 'audit.destination: ./none/audit.ndjson\n' })
    expect(await process.ended).toBe(78)
    expect(process.err).toMatch(
      /audit\.destination: the file cannot be opened: its folder is not there \(ENOENT\)/,
    )
  })

  const { missing } = smallFiles
  const title = 'holds whole lines and one that broke off, after it could not grow within one'
  it.runIf(missing === null)(missing === null ? title : `cannot be had: ${missing}`, async () => {
    const folder = await temporaryFolder()
    const { process, fetch } = await serve(folder, { settings })
    const viewer = () => fetch('/_security/_authenticate', { headers: { authorization: basic(elastic) } })
    await viewer()
    const limit = (size: string) =>
      spawnSync('prlimit', ['--pid', `${process.child.pid}`, `--fsize=${size}:`], { encoding: 'utf8' }).stderr
    expect(limit(`${statSync(fileIn(folder)).size + 100}`)).toBe('')
    expect((await viewer()).status).toBe(200)
    expect(limit('unlimited')).toBe('')
    expect((await viewer()).status).toBe(200)
    const lines = textIn(folder).split('\n').slice(0, -1)
    const broken = lines.filter((line) => !line.endsWith('}'))
    expect(broken.map((line) => line.length)).toEqual([100])
    expect(lines.at(-1)).toMatch(/^\{.*"outcome":"success"/)
    expect(await process.stop()).toBe(0)
  })
})

describe('a pipe that nobody reads', { timeout: 60_000 }, () => {
  const viewer = { headers: { authorization: basic(elastic), connection: 'close' } }

  it('keeps no gateway from ending, which says what was lost', async () => {
    const folder = await temporaryFolder()
    spawnSync('mkfifo', [fileIn(folder)])
    const { process, fetch } = await serve(folder, { settings })
    const lost = Array.from({ length: 300 }, () => fetch('/_security/_authenticate', viewer))
    await Promise.all(lost)
    expect(await process.stop()).toBe(0)
    expect(process.out).toMatch(/\d+ lines could not be written before the end/)
  })

  it('keeps none from answering and ending where it is standard output', async () => {
    const folder = await temporaryFolder()
    const options = { settings: 'audit: {}\n', environment: { LOG_LEVEL: 'info' } }
    const { process, fetch } = await serve(folder, options)
    process.child.stdout?.pause()
    const long = `/${'x'.repeat(8_000)}`
    const answers = Array.from({ length: 50 }, () => fetch(long, viewer))
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(50).fill(400))
    const ready = async () => {
      await Promise.all(Array.from({ length: 100 }, () => fetch('/_security/_authenticate', viewer)))
      const answer = await fetch('/health/ready', { headers: viewer.headers })
      return (await answer.json()) as object
    }
    await expect.poll(ready, { timeout: 15_000 }).toMatchObject({ status: 'degraded' })
    process.child.kill()
    expect((await once(process.child, 'exit'))[0]).toBe(0)
    process.child.stdout?.resume()
  })
})

it('audit lines stand on standard output beside the log, each on a line of its own, unless told otherwise', async () => {
  const folder = await temporaryFolder()
  const audit = 'audit: {}\n'
  const { process, fetch } = await serve(folder, { settings: audit, environment: { LOG_LEVEL: 'info' } })
  await Promise.all(
    Array.from({ length: 200 }, () => rest(fetch, 'GET', '/_security/_authenticate', elastic)),
  )
  expect(await process.stop()).toBe(0)
  const lines = process.out.split('\n').filter((line) => line !== '')
  const read = lines.map((line) => JSON.parse(line) as { msg?: string; event?: { dataset: string } })
  expect(read.filter(({ msg }) => msg === 'answered').length).toBeGreaterThan(200)
  expect(read.filter(({ event }) => event?.dataset === 'profile_gateway.audit').length).toBeGreaterThan(200)
})
