import { close, constants, fstatSync, openSync, readSync, statSync, write, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { promisify } from 'node:util'
import { Failure } from '../errors.ts'
import { reasonUnwritten } from '../systemReason.ts'

/** Where audit lines go. One write at a time. */
export interface Destination {
  /** How much is written at once at most, in bytes, unless one line alone is longer. */
  readonly mostBytes: number
  /**
   * Resolves when the operating system has all of it; undefined: it has. What was written of it, if that fails, is no
   * line of the next. It never throws.
   */
  readonly write: (lines: string) => Promise<void> | undefined
  /** Opens a file anew, which somebody has moved away. Throws if that fails: then it stays open as it is. */
  readonly reopen: () => void
  /** Lets go of it. A write that still waits for it then is given up. */
  readonly close: () => void
}

/** Others write to a pipe too, and so many bytes at once stay together. Source: PIPE_BUF in pipe(7). */
export const pipeBytes = 4_096

/** A file takes all that one write has together, whoever else adds to it. */
const fileBytes = 1_048_576

/** How long to wait until a pipe takes more, or a file has all of a write, in milliseconds. */
const pause = 5

/**
 * Opens a destination. A file is added to, and is only the gateway's to read if it was not there.
 * @param isShared is whether other processes add to a file too
 * @throws `CONFIGURATION` if that cannot be done
 */
export function openDestination(
  target: 'stdout' | 'stderr' | { readonly file: string },
  isShared = false,
): Destination {
  if (typeof target === 'string') {
    const given = process[target].fd
    const own = ownDescriptorOf(given)
    const lines = linesTo(own)
    return {
      mostBytes: pipeBytes,
      write: (text) => lines.write(text),
      reopen: () => undefined,
      close: () => {
        lines.giveUp()
        if (own !== given) lines.close()
      },
    }
  }
  const { file } = target
  let current = openLines(file, isShared)
  return {
    mostBytes: statSync(file).isFile() ? fileBytes : pipeBytes,
    write: (lines) => current.write(lines),
    reopen() {
      const before = current
      current = openLines(file, isShared)
      before.close()
    },
    close() {
      current.giveUp()
      current.close()
    },
  }
}

/** To add to it, and to read how it ends. A pipe with a name says that it is full: a thread that waits for it would never end. */
const openFlags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NONBLOCK

function openLines(file: string, isShared: boolean): ReturnType<typeof linesTo> {
  try {
    const descriptor = openSync(file, openFlags, 0o600)
    return linesTo(descriptor, endsWithin(descriptor), isShared && fstatSync(descriptor).isFile())
  } catch (cause) {
    const message = `audit.destination: the file cannot be opened: ${reasonUnwritten(cause)}`
    throw new Failure('CONFIGURATION', message, { cause })
  }
}

/** Whether a file ends in the middle of a line, as a full disk leaves it. */
function endsWithin(descriptor: number): boolean {
  const file = fstatSync(descriptor)
  if (!file.isFile() || file.size === 0) return false
  const last = Buffer.alloc(1)
  readSync(descriptor, last, 0, 1, file.size - 1)
  return last.toString() !== '\n'
}

const writeByThread = promisify(write)

/**
 * A pipe is opened anew: what it says when it is full belongs to the opening, and any process that has it from us, or
 * we from it, can change that.
 */
function ownDescriptorOf(descriptor: number): number {
  if (!fstatSync(descriptor).isFIFO()) return descriptor
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    return descriptor
  }
}

/**
 * Whether nobody ever waits for a write: a disk can be slow, whoever looks at a terminal too, and what was not opened
 * here.
 */
function isPrompt(descriptor: number): boolean {
  const about = fstatSync(descriptor)
  const isOwn = descriptor > process.stderr.fd
  return (isOwn && about.isFIFO()) || (about.isCharacterDevice() && !isatty(descriptor))
}

/** Whether a write of somebody else has left a line that is not whole, and is not only half done. */
async function brokeOff(descriptor: number): Promise<boolean> {
  if (!endsWithin(descriptor)) return false
  await new Promise((resolve) => setTimeout(resolve, pause))
  return endsWithin(descriptor)
}

/** `isTorn`: whether it ends in the middle of a line. `isShared`: whether it is a file to which others add too. */
function linesTo(descriptor: number, isTorn = false, isShared = false) {
  const isAtOnce = isPrompt(descriptor)
  let underWay: Promise<void> = Promise.resolve()
  let isGivenUp = false

  return {
    write(lines: string): Promise<void> | undefined {
      if (!isAtOnce) return (underWay = writeLines(lines))
      const bytes = bytesOf(lines)
      const written = atOnce(bytes)
      if (written < bytes.length) return (underWay = writeAll(bytes, written))
      isTorn = false
    },
    /** Waits no longer for a pipe that is full. */
    giveUp(): void {
      isGivenUp = true
    },
    /** After the last write. */
    close(): void {
      const end = () => {
        close(descriptor)
      }
      underWay.then(end, end)
    },
  }

  async function writeLines(lines: string): Promise<void> {
    if (isShared) isTorn = await brokeOff(descriptor)
    await writeAll(bytesOf(lines), 0)
  }

  function bytesOf(lines: string): Buffer {
    return Buffer.from(isTorn ? `\n${lines}` : lines)
  }

  /** As much as there is room for now. It costs a tenth of what it costs to have a thread do it. */
  function atOnce(bytes: Buffer): number {
    try {
      return writeSync(descriptor, bytes)
    } catch {
      // Why, the next try will say.
      return 0
    }
  }

  async function writeAll(bytes: Buffer, from: number): Promise<void> {
    for (let written = from; written < bytes.length;) {
      if (written > 0) {
        isTorn = true
        // The rest would not stand behind it.
        if (isShared) throw new Error('a write to a file that is shared has broken off')
      }
      written += await writeSome(bytes, written)
    }
    isTorn = false
  }

  async function writeSome(bytes: Buffer, from: number): Promise<number> {
    try {
      const bytesWritten = isAtOnce
        ? writeSync(descriptor, bytes, from)
        : (await writeByThread(descriptor, bytes, from)).bytesWritten
      if (bytesWritten === 0) throw new Error('nothing was written')
      return bytesWritten
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN') || isGivenUp) throw error
      await new Promise((resolve) => setTimeout(resolve, pause))
      return 0
    }
  }
}
