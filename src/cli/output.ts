import { unlinkSync } from 'node:fs'
import { lstat, open, rename, rm } from 'node:fs/promises'
import { Failure } from '../errors.ts'
import { complain } from './streams.ts'
import { writeFailure } from './writeFailure.ts'

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
  // What goes wrong is told by what is written then, and ends nothing by itself.
  process.stdout.off('error', complain).on('error', () => undefined)
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        process.stdout.write(text, (error) => {
          if (error) reject(writeFailure('standard output', error))
          else resolve()
        })
      }),
    finish: () => Promise.resolve(),
    abandon: () => Promise.resolve(),
  }
}

/**
 * A new file that only its owner may read. One that is there is not touched, or with `force` replaced, once the new one is
 * whole; what is no file, such as a link, a device or a pipe with a name, never is.
 * @throws `CONFIGURATION` if it cannot be made
 */
export async function fileOutput(file: string, force: boolean): Promise<Output> {
  const there = await lstat(file).catch(() => null)
  if (there && !there.isFile()) {
    const what = there.isSymbolicLink() ? 'is a link' : 'is no regular file'
    throw new Failure('CONFIGURATION', `cannot write ${file}: it is there already, and ${what}`)
  }
  const target = force ? `${file}.${process.pid}.partial` : file
  const handle = await open(target, 'wx', 0o600).catch((error: unknown) => {
    throw writeFailure(target, error)
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
        throw writeFailure(file, error)
      })
    },
    async finish() {
      try {
        await handle.sync()
        await handle.close()
        if (force) await rename(target, file)
      } catch (error) {
        throw writeFailure(file, error)
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
