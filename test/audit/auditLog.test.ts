import { spawn, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  statSync,
  constants,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createAuditLog } from '../../src/audit/auditLog.ts'
import { openDestination, type Destination } from '../../src/audit/destination.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await temporaryFolder()
  file = join(folder, 'audit.ndjson')
})

const unavailable = { code: 'UNAVAILABLE' }

/** A log, what it reports, and what it hands over at once. */
function logTo(destination: Destination, patience?: number, lastPatience?: number) {
  const reports: number[] = []
  const writes: string[] = []
  const write = (lines: string) => {
    writes.push(lines)
    return destination.write(lines)
  }
  const report = (_: unknown, failures: number) => reports.push(failures)
  const log = createAuditLog({
    destination: { ...destination, write },
    report,
    ...(patience && { patience }),
    ...(lastPatience && { lastPatience }),
  })
  return { ...log, reports, writes }
}

function linesIn(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1)
}

const pathOf = (name: string) => join(import.meta.dirname, `../../src/audit/${name}.ts`)
const owners = (count: number) => Array.from({ length: count }, () => ({}))

describe('lines', () => {
  it('of a thousand requests at once are written in a few writes, all of them and in order', async () => {
    const log = logTo(openDestination({ file }))
    await Promise.all(
      owners(1_000).map(async (owner, n) => {
        await new Promise((resolve) => setImmediate(resolve))
        log.add(owner, `${n}\n`, true)
        await log.written(owner)
      }),
    )
    expect(linesIn(file)).toEqual(owners(1_000).map((_, n) => `${n}`))
    expect(log.writes.length).toBeLessThan(20)
    await log.close()
  })

  it('are in the file when it is said that they are written', async () => {
    const log = logTo(openDestination({ file }))
    for (const [n, owner] of owners(50).entries()) {
      log.add(owner, `${n} first\n`, true)
      log.add(owner, `${n} last\n`, true)
      await log.written(owner)
      expect(linesIn(file).at(-1)).toBe(`${n} last`)
      expect(log.written(owner), 'nobody waits for what is there').toBeUndefined()
    }
    expect(statSync(file).mode & 0o777, 'and it is only the gateway’s to read').toBe(0o600)
    await log.close()
  })

  it('go to a pipe in pieces that stay together there', async () => {
    const pipe = openDestination('stdout')
    const written: string[] = []
    const log = createAuditLog({
      destination: { ...pipe, write: (lines) => Promise.resolve(void written.push(lines)) },
      report: () => expect.unreachable(),
    })
    const owner = {}
    for (const n of owners(100).keys()) log.add(owner, `${'x'.repeat(n * 40)}\n`, true)
    await log.written(owner)
    expect(Math.max(...written.map((lines) => lines.length))).toBeLessThanOrEqual(4_096)
    expect(written.every((lines) => lines.endsWith('\n'))).toBe(true)
    expect(written.join('').split('\n')).toHaveLength(101)
  })

  it('are added to a file that ends within one, and to no line of that', async () => {
    writeFileSync(file, 'whole\nhal')
    const log = logTo(openDestination({ file }))
    const owner = {}
    log.add(owner, 'next\n', true)
    await log.written(owner)
    log.add(owner, 'last\n', true)
    await log.written(owner)
    expect(linesIn(file)).toEqual(['whole', 'hal', 'next', 'last'])
    await log.close()
  })

  it('of one of several processes are added to no line of another one that broke off', async () => {
    const log = logTo(openDestination({ file }, true))
    const owner = {}
    log.add(owner, 'first\n', true)
    await log.written(owner)
    appendFileSync(file, 'hal')
    log.add(owner, 'next\n', true)
    await log.written(owner)
    expect(linesIn(file)).toEqual(['first', 'hal', 'next'])
    await log.close()
  })

  it('that come after the end are counted and said of, and what requires them is refused', async () => {
    const log = logTo(openDestination({ file }))
    const [first, required, other] = [{}, {}, {}]
    log.add(first, 'first\n', true)
    await log.close()
    log.add(required, 'second\n', true)
    log.add(other, 'third\n', false)
    await expect(log.written(required)).rejects.toMatchObject(unavailable)
    expect(log.written(other)).toBeUndefined()
    expect([log.failures(), log.reports, linesIn(file)]).toEqual([2, [1, 2], ['first']])
  })

  it('go to the new file once it is opened anew, and none is lost', async () => {
    const destination = openDestination({ file })
    const moving = logTo(destination)
    const all = owners(200)
    for (const [n, owner] of all.entries()) {
      moving.add(owner, `${n}\n`, true)
      if (n === 100) {
        renameSync(file, `${file}.1`)
        destination.reopen()
      }
      await moving.written(owner)
    }
    expect([...linesIn(`${file}.1`), ...linesIn(file)]).toEqual(all.map((_, n) => `${n}`))
    expect(linesIn(file).length).toBeGreaterThan(90)
    await moving.close()
  })
})

describe('a destination that takes nothing', () => {
  it('is said of once where a line is required, and counted', async () => {
    const log = logTo(openDestination({ file: '/dev/full' }))
    const [required, other] = [{}, {}]
    log.add(required, 'a\n', true)
    log.add(other, 'b\n', false)
    await expect(log.written(required)).rejects.toMatchObject(unavailable)
    expect(log.written(required)).toBeUndefined()
    await log.written(other)
    expect([log.failures(), log.isFailing(), log.reports]).toEqual([2, true, [2]])
    await log.close()
  })

  it('is no pipe that is full for a moment: it is waited for', async () => {
    // To look at `process.stdout` is enough for the pipe to be one that says so in place of blocking.
    const program = `
      import { openDestination } from '${pathOf('destination')}'
      process.stdout.isTTY
      const { write } = openDestination('stdout')
      for (let n = 0; n < 500; n++) await write(n + ' ' + 'x'.repeat(4000) + '\\n')`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program])
    let read = ''
    for await (const chunk of child.stdout) {
      read += String(chunk)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    expect(read.split('\n').map((line) => line.split(' ')[0])).toEqual([
      ...owners(500).map((_, n) => `${n}`),
      '',
    ])
  })
})

describe('a destination that stands still', () => {
  it('is given up by who waits, and gets what was kept when it goes on', async () => {
    const pipe = fifo(constants.O_RDWR | constants.O_NONBLOCK)
    fill(pipe)
    const stuck = logTo(openDestination({ file: join(folder, 'fifo') }), 50)
    const [first, second, third] = [{}, {}, {}]
    stuck.add(first, 'first\n', true)
    await expect(stuck.written(first)).rejects.toMatchObject(unavailable)
    stuck.add(second, 'second\n', true)
    await expect(stuck.written(second)).rejects.toMatchObject(unavailable)
    expect([stuck.failures(), stuck.isFailing()]).toEqual([2, true])
    let read = ''
    while (!read.endsWith('second\n')) {
      read += drain(pipe)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(read).toMatch(/x+first\nsecond\n$/)
    stuck.add(third, 'third\n', true)
    await stuck.written(third)
    expect(stuck.isFailing()).toBe(false)
    await stuck.close()
  })

  it('is let go of at the end, and what it has not taken is counted and said of', async () => {
    const pipe = fifo(constants.O_RDWR | constants.O_NONBLOCK)
    fill(pipe)
    const stuck = logTo(openDestination({ file: join(folder, 'fifo') }), 60_000, 50)
    const owner = {}
    stuck.add(owner, 'first\n', true)
    const written = stuck.written(owner)
    await Promise.all([stuck.close(), expect(written).rejects.toMatchObject(unavailable)])
    expect([stuck.failures(), stuck.reports]).toEqual([1, [1]])
  })

  it('has no more waiting for it than there is room for', async () => {
    const gate = Promise.withResolvers<undefined>()
    const destination = openDestination({ file })
    const slow = {
      ...destination,
      write: (lines: string) => gate.promise.then(() => destination.write(lines)),
    }
    const log = logTo(slow)
    const line = `${'x'.repeat(1_048_575)}\n`
    const owner = {}
    for (let n = 0; n < 20; n++) log.add(owner, line, false)
    expect(log.failures()).toBe(12)
    gate.resolve(undefined)
    await log.written(owner)
    expect(linesIn(file)).toHaveLength(8)
    await log.close()
  })
})

/** A pipe with a name. */
function fifo(flags: number): number {
  const path = join(folder, 'fifo')
  spawnSync('mkfifo', [path])
  const descriptor = openSync(path, flags)
  onTestFinished(() => {
    closeSync(descriptor)
  })
  return descriptor
}

function fill(pipe: number): void {
  for (let size = 65_536; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) writeSync(pipe, 'x'.repeat(size))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}

function drain(pipe: number): string {
  const bytes = Buffer.alloc(1_048_576)
  try {
    return bytes.toString('utf8', 0, readSync(pipe, bytes))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return ''
    throw error
  }
}
