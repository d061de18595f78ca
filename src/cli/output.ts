import { unlinkSync } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { Failure } from '../errors.ts'

/** Where text goes, piece by piece. */
export interface Output {
  /** Answers once more can be taken. */
  readonly write: (text: string) => Promise<void>
  /** It is all there. */
  finish(): Promise<void>
  /** It will never all be there: what is, is removed, if it can be. */
  abandon(): Promise<void>
}

export function standardOutput(): Output {
  // Whoever reads may have enough: that is told by what is written then, and ends nothing by itself.
  process.stdout.on('error', () => undefined)
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        process.stdout.write(text, (error) => {
          if (error) reject(failureFor('standard output', error))
          else resolve()
        })
      }),
    finish: () => Promise.resolve(),
    abandon: () => Promise.resolve(),
  }
}

/**
 * A new file that only its owner may read. One that is there is not touched, or with `force` replaced, once the new one is
 * whole; what is no file, such as a device or a pipe with a name, never is.
 * @throws `CONFIGURATION` if it cannot be made
 */
export async function fileOutput(file: string, force: boolean): Promise<Output> {
  const there = await stat(file).catch(() => null)
  if (there && !there.isFile())
    throw new Failure('CONFIGURATION', `cannot write ${file}: it is there already, and is no regular file`)
  const target = force ? `${file}.${process.pid}.partial` : file
  const handle = await open(target, 'wx', 0o600).catch((error: unknown) => {
    throw failureFor(target, error)
  })
  const remove = (signal: NodeJS.Signals) => {
    unlinkSync(target)
    process.kill(process.pid, signal)
  }
  process.once('SIGINT', remove).once('SIGTERM', remove)
  const release = () => process.off('SIGINT', remove).off('SIGTERM', remove)
  return {
    async write(text) {
      await handle.appendFile(text).catch((error: unknown) => {
        throw failureFor(file, error)
      })
    },
    async finish() {
      try {
        await handle.sync()
        await handle.close()
        if (force) await rename(target, file)
      } catch (error) {
        throw failureFor(file, error)
      }
      release()
    },
    async abandon() {
      await handle.close().catch(() => undefined)
      await rm(target, { force: true })
      release()
    },
  }
}

function failureFor(name: string, error: unknown): Failure {
  const { code = 'unknown reason' } = error as NodeJS.ErrnoException
  const reason = code === 'EEXIST' ? 'it is there already: --force replaces it' : (reasons[code] ?? code)
  return new Failure('CONFIGURATION', `cannot write ${name}: ${reason}`, { cause: error })
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  EACCES: 'its folder may not be written',
  ENOSPC: 'the disk is full',
  EPIPE: 'nobody reads it any more',
}
