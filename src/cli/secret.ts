import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { Failure } from '../errors.ts'
import type { Streams } from './streams.ts'

/** A password that nobody could guess. */
export function makeUpPassword(): string {
  return randomBytes(18).toString('base64url')
}

/** In characters: more than any secret has. */
const longest = 65_536

/**
 * Reads a secret: typed on a terminal, where it is not shown, else the first line of standard input. A new one is typed
 * twice.
 * @param what is what it is called, such as `new password of [elastic]`
 * @throws `INVALID_INPUT` if there is none, or the two differ
 */
export async function readSecret(
  streams: Pick<Streams, 'input' | 'notes'>,
  what: string,
  isNew = false,
): Promise<string> {
  const secret = streams.input.isTTY ? await typed(streams, what, isNew) : await firstLine(streams.input)
  if (secret === '') throw new Failure('INVALID_INPUT', `the ${what} is missing: type it, or pipe it in`)
  return secret
}

/** Readline edits the lines on a stream of its own, which nobody sees. */
async function typed(
  { input, notes }: Pick<Streams, 'input' | 'notes'>,
  what: string,
  isNew: boolean,
): Promise<string> {
  const unseen = new Writable({
    write(_chunk, _encoding, done) {
      done()
    },
  })
  const editor = createInterface({ input, output: unseen, terminal: true, historySize: 0 })
  const lines = editor[Symbol.asyncIterator]()
  let isInterrupted = false
  editor.once('SIGINT', () => {
    isInterrupted = true
    editor.close()
  })
  try {
    const secret = await ask(`${what}: `)
    if (isNew && secret !== '' && (await ask('once more: ')) !== secret)
      throw new Failure('INVALID_INPUT', `the two are not the same: nothing is changed`)
    return secret
  } finally {
    editor.close()
  }

  async function ask(prompt: string): Promise<string> {
    notes.write(prompt)
    const { value, done } = await lines.next()
    notes.write('\n')
    if (isInterrupted) throw new Failure('INVALID_INPUT', 'interrupted: nothing is changed')
    return done ? '' : value
  }
}

async function firstLine(input: Streams['input']): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    const bytes = Buffer.from(chunk)
    chunks.push(bytes)
    length += bytes.length
    if (bytes.includes(0x0a)) break
    if (length > longest) throw new Failure('INVALID_INPUT', `a line has more than ${longest} bytes`)
  }
  const [line = ''] = Buffer.concat(chunks).toString().split(/\r?\n/, 1)
  return line
}
