import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { availableParallelism, getPriority, setPriority } from 'node:os'
import { promisify } from 'node:util'

/** A tenth of what the thread that answers has, where both want a core, and there is nothing better. */
const lower = 10
const lowest = 19

/**
 * Lets the threads on which passwords are hashed have what nobody else wants, so that hashing keeps all cores busy and no
 * token waits for it. Only Linux can, for each thread: by its idle policy, which gives a core back at once where a lower
 * priority does after some milliseconds. Where there is one core, whatever keeps the one that answers busy would keep
 * passwords out: there, and where nothing on the machine can set the policy, they have a lower priority.
 * Source: sched(7), setpriority(2), chrt(1).
 */
export async function lowerBackgroundThreads(cores = availableParallelism()): Promise<void> {
  if (process.platform !== 'linux') return
  // Starts them all.
  await stat('/')
  const threads = readdirSync(tasks).filter(isBackground)
  try {
    const priority = Math.min(lowest, getPriority() + lower)
    for (const id of threads) setPriority(Number(id), priority)
    if (cores > 1) await Promise.all(threads.map(makeIdle))
  } catch {
    // Where it may not be done, it is as elsewhere.
  }
}

const tasks = '/proc/self/task'

function isBackground(id: string): boolean {
  return readFileSync(`${tasks}/${id}/comm`, 'utf8').startsWith('libuv-worker')
}

const run = promisify(execFile)

/** Node sets priorities, but no policies. */
async function makeIdle(id: string): Promise<void> {
  await run('/usr/bin/chrt', ['--idle', '--pid', '0', id])
}
