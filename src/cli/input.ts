import { createReadStream } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Failure } from '../errors.ts'
import { reasonUnread } from '../systemReason.ts'
import { otherFormat } from './otherFormat.ts'

/** A file, or standard input. */
export interface Input {
  readonly name: string
  /** In bytes, as they are stored; null where nobody knows. */
  readonly size: number | null
  /** Its content, unpacked if it is packed with gzip. `read` is told of every byte as it is stored, `broken` why it ends too early, or is not read. */
  chunks(events: InputEvents): AsyncIterable<Buffer>
}

interface InputEvents {
  readonly read: (bytes: number) => void
  readonly broken: (reason: string) => void
}

/**
 * Finds what is to be read, without reading it: the files, of which `-` is standard input, as it is if none is named.
 * @throws `CONFIGURATION` with all that cannot be read
 */
export async function findInputs(files: readonly string[]): Promise<Input[]> {
  const problems: string[] = []
  const inputs: Input[] = []
  for (const file of files.length > 0 ? files : ['-']) {
    if (file === '-') {
      inputs.push(inputOf('standard input', null, () => process.stdin))
      continue
    }
    try {
      await access(file, constants.R_OK)
      const found = await stat(file)
      if (found.isDirectory()) problems.push(`${file}: it is a folder`)
      const size = found.isFile() ? found.size : null
      inputs.push(inputOf(file, size, () => createReadStream(file, { highWaterMark: 256 * 1024 })))
    } catch (error) {
      problems.push(`${file}: ${reasonUnread(error)}`)
    }
  }
  if (problems.length > 0)
    throw new Failure('CONFIGURATION', 'cannot read what is to be imported', { problems })
  return inputs
}

function inputOf(name: string, size: number | null, open: () => Readable): Input {
  return {
    name,
    size,
    async *chunks({ read, broken }) {
      try {
        let begins = true
        for await (const chunk of unpacked(counted(open(), read))) {
          const other = begins ? otherFormat(chunk) : null
          if (other !== null) {
            broken(other)
            return
          }
          begins = false
          yield chunk
        }
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === undefined) throw error
        broken(
          code.startsWith('Z_')
            ? 'what is packed with gzip is damaged, or ends too early'
            : reasonUnread(error),
        )
      }
    },
  }
}

async function* counted(stream: Readable, read: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    yield chunk
    read(chunk.length)
  }
}

/** Whatever its name is: gzip has a beginning that nothing else here can have. */
async function* unpacked(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await chunks.next()
  if (first.done) return
  if (first.value[0] === 0x1f && first.value[1] === 0x8b) {
    const packed = Readable.from(whole(first.value, chunks))
    // A failure of the one ends the other, which throws it.
    yield* pipeline(packed, createGunzip({ chunkSize: 256 * 1024 }), () => undefined) as AsyncIterable<Buffer>
  } else yield* whole(first.value, chunks)
}

async function* whole(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield* rest
}
