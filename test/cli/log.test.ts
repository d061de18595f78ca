import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { loggedError } from '../../src/cli/loggedError.ts'
import { Failure } from '../../src/errors.ts'

const run = promisify(execFile)
const log = join(import.meta.dirname, '../../src/cli/log.ts')

/** Ends before anything was written. */
const ending = (last: string) =>
  `import { createLog } from '${log}'; const log = createLog('info'); log.info('a'); log.info('b'); ${last}`

describe.skipIf(!existsSync('/dev/full'))('a process whose log has no room', () => {
  it.each([
    ['process.exit(7)', 7],
    ['throw new Error("c")', 1],
    ['log.fatal("c"); process.exit(7)', 7],
    ['setTimeout(() => process.exit(7), 200)', 7],
  ])('ends: %s', async (last, code) => {
    const command = `exec "$0" --input-type=module -e "$1" > /dev/full`
    const ended = run('bash', ['-c', command, process.execPath, ending(last)], { timeout: 20_000 })
    expect(await ended.catch((error: unknown) => error)).toMatchObject({ code })
  })
})

describe('a line of the log', () => {
  it('says of what is configured wrong what it is, and nothing else', () => {
    const failure = new Failure('CONFIGURATION', 'wrong', { problems: ['a', 'b'] })
    expect(loggedError(failure)).toEqual({
      ...{ type: 'Failure', code: 'CONFIGURATION', message: 'wrong' },
      problems: ['a', 'b'],
    })
  })

  it('has no stack of what the operating system refuses', () => {
    const refused = Object.assign(new Error('no such file'), { code: 'ENOENT', syscall: 'open' })
    expect(loggedError(refused)).toMatchObject({ code: 'ENOENT', message: refused.message })
    expect(loggedError(refused)).not.toHaveProperty('stack')
  })

  it.each([
    ['what nobody expects', new TypeError('broken')],
    ['any other failure', new Failure('INTERNAL', 'internal error', { cause: new Error('broken') })],
  ])('has the stack of %s', (_, error) => {
    expect(loggedError(error)).toMatchObject({
      stack: expect.stringContaining('broken') as string,
      message: expect.stringContaining('broken') as string,
    })
  })
})
