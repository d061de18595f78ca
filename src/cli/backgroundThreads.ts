import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { getPriority, setPriority } from 'node:os'
import { promisify } from 'node:util'

/** A tenth of what the thread that answers has, where both want a core. */
const lower = 10
const lowest = 19

/**
 * Leaves the threads that hash passwords only the time that nobody else wants, so that hashing keeps all cores busy and yet
 * hardly delays a token. Only Linux can do so for each thread. They always get a lower priority, which gives a core back
 * after some milliseconds; if they may be idle, and the machine can set it, also the idle policy, which gives it back at
 * once. Returns what takes the policy away. Source: sched(7), setpriority(2), chrt(1).
 */
export async function lowerBackgroundThreads(mayBeIdle: boolean): Promise<() => Promise<void>> {
  if (process.platform !== 'linux') return () => Promise.resolve()
  // Starts them all.
  await stat('/')
  let threads: readonly string[] = []
  try {
    threads = readdirSync(tasks).filter(isBackground)
    const priority = Math.min(lowest, getPriority() + lower)
    for (const id of threads) setPriority(Number(id), priority)
  } catch {
    // Where it may not be done, it is as elsewhere.
  }
  if (mayBeIdle) await schedule(threads, '--idle')
  return () => schedule(threads, '--other')
}

const tasks = '/proc/self/task'

function isBackground(id: string): boolean {
  return readFileSync(`${tasks}/${id}/comm`, 'utf8').startsWith('libuv-worker')
}

const run = promisify(execFile)

const script = 'for id; do /usr/bin/chrt "$0" --pid 0 "$id"; done'

/**
 * Node can set priorities, but no policies, and starting a process costs it much: one shell starts `chrt` for each thread.
 * Where that fails, the threads stay as they are.
 */
async function schedule(threads: readonly string[], policy: '--idle' | '--other'): Promise<void> {
  await run('/bin/sh', ['-c', script, policy, ...threads]).catch(() => undefined)
}
