import fs from 'node:fs'
import { pino, type Logger } from 'pino'
import { pipeBytes } from '../audit/destination.ts'
import type { LogLevel } from '../config.ts'
import { loggedError } from './loggedError.ts'
import { note } from './note.ts'
import { writeFailure } from './writeFailure.ts'

/** How much may wait to be written, in characters. What is beyond is dropped. */
const mostWaiting = 8_388_608
/** How often a full pipe is tried again before the process ends: ten times a second. */
const lastTries = 10

/**
 * Makes the log, as JSON on standard output. Where nobody reads that, nothing else waits for it.
 * @param worker is which one of several processes writes it
 */
export function createLog(level: LogLevel, worker?: number): Logger {
  let tries = Infinity
  let dropped = 0
  let isFailing = false
  const destination = pino.destination({
    // To look at it makes a pipe one that says that it is full in place of blocking.
    fd: process.stdout.fd,
    sync: false,
    // Audit lines may go through the same pipe.
    maxWrite: pipeBytes,
    maxLength: mostWaiting,
    retryEAGAIN: () => tries-- > 0,
  })
  const flush = destination.flushSync.bind(destination)
  destination.flushSync = function flushSync() {
    const { writeSync } = fs
    tries = lastTries
    // Whatever fails is tried for ever, unless a pipe is full: on a full disk the process would never end. Source: flushSync of
    // sonic-boom 4.2.1.
    fs.writeSync = ((...given: Parameters<typeof writeSync>) => {
      try {
        return writeSync(...given)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') tries = 0
        throw Object.assign(new Error('a line is lost', { cause: error }), { code: 'EAGAIN' })
      }
    }) as typeof writeSync
    try {
      flush()
    } catch {
      // It is lost: there is nowhere else to say so.
    } finally {
      fs.writeSync = writeSync
      tries = Infinity
    }
  }
  const root = pino({ level, serializers: { err: loggedError } }, destination)
  const log = worker === undefined ? root : root.child({ worker })
  // What could not be written is tried again with the next line, unless nobody reads any more.
  destination.on('error', (error) => {
    if (!isFailing) note(`profile-gateway: ${writeFailure('standard output', error).message}`)
    isFailing = true
  })
  destination.on('write', () => (isFailing = false))
  destination.on('drop', () => (dropped += 1))
  destination.on('drain', () => {
    if (dropped === 0) return
    log.warn({ dropped }, 'lines of the log were dropped: nobody has read standard output')
    dropped = 0
  })
  return log
}
