import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeUpPassword, readSecret } from '../../src/cli/secret.ts'

/** Reads a secret from what is piped in. */
function piped(...chunks: (string | Buffer)[]) {
  const input = Readable.from(chunks.map((chunk) => Buffer.from(chunk)))
  return readSecret({ input, notes: new PassThrough() }, 'password')
}

describe('a secret that is piped in', () => {
  it('is the first line, without its end, in whatever pieces it comes', async () => {
    expect(await piped('s3cret')).toBe('s3cret')
    expect(await piped(' s3', 'cret \r\nmore\n')).toBe(' s3cret ')
    const bytes = Buffer.from('pässwörd\n')
    expect(await piped(bytes.subarray(0, 2), bytes.subarray(2))).toBe('pässwörd')
  })

  it('is missed where there is none, and not waited for where it does not end', async () => {
    await expect(piped()).rejects.toThrow('the password is missing')
    await expect(piped('\nsecond')).rejects.toThrow('the password is missing')
    await expect(piped('x'.repeat(70_000), 'more')).rejects.toThrow('more than 65536 bytes')
  })
})

describe('a password that is made up', () => {
  it('has 144 bits, and is another one each time', () => {
    const made = Array.from({ length: 100 }, makeUpPassword)
    expect(new Set(made).size).toBe(100)
    for (const one of made) expect(one).toMatch(/^[\w-]{24}$/)
  })
})

const terminal = ['/usr/bin/script', '/bin/script'].find((path) => existsSync(path))

describe.skipIf(!terminal)(
  'a secret that is typed (skipped where there is no script)',
  { timeout: 30_000 },
  () => {
    const module = new URL('../../src/cli/secret.ts', import.meta.url).href
    const program = `import { readSecret } from '${module}'
    const streams = { input: process.stdin, notes: process.stderr }
    await readSecret(streams, 'new password', true).then((secret) => console.log('read ' + secret.length), (error) => console.log(error.message))`

    /** Types each line once it is asked for, and returns what the terminal shows. */
    async function typed(...lines: string[]): Promise<string> {
      const command = `'${process.execPath}' --input-type=module -e "$PROGRAM"`
      const env = { PATH: process.env.PATH, SHELL: '/bin/sh', PROGRAM: program }
      const child = spawn(terminal ?? '', ['-qec', command, '/dev/null'], { env })
      onTestFinished(() => void child.kill('SIGKILL'))
      let shown = ''
      let asked = 0
      child.stdout.on('data', (chunk) => {
        shown += String(chunk)
        // Each question ends so, and stands there once the terminal shows nothing any more.
        const questions = shown.match(/(new password|once more): /g)?.length ?? 0
        for (; asked < questions; asked++) child.stdin.write(lines[asked] ?? '')
      })
      await once(child, 'close')
      return shown
    }

    it('is not shown, and is taken if it is typed twice alike', async () => {
      expect(await typed('s3cret-p@ss\r', 's3cret-p@ss\r')).toBe(
        'new password: \r\nonce more: \r\nread 11\r\n',
      )
    })

    it('can be corrected while it is typed', async () => {
      expect(await typed('s3cret-p@sx\x7fs\r', 's3cret-p@ss\r')).toContain('read 11')
    })

    it('is not taken if the two differ, or if nothing is typed', async () => {
      expect(await typed('s3cret-p@ss\r', 'another\r')).toContain(
        'the two are not the same: nothing is changed',
      )
      expect(await typed('\r')).toContain('the new password is missing')
    })

    it('is given up by Ctrl+C and by Ctrl+D', async () => {
      expect(await typed('s3cret\x03')).toBe('new password: \r\ninterrupted: nothing is changed\r\n')
      expect(await typed('\x04')).toContain('the new password is missing')
    })
  },
)
