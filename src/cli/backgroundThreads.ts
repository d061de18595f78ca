import { readdirSync, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { getPriority, setPriority } from 'node:os'

/**
 * A third of what the thread that answers has, where both want a core: enough for it to have one, if there are two, and for
 * passwords not to wait long for what else runs on the machine.
 */
const lower = 5
const lowest = 19

/**
 * Lets the threads on which passwords are hashed take what the one that answers leaves, so that hashing keeps all cores
 * busy and no token waits for it. Only Linux can: it has a priority for each thread. Source: setpriority(2), sched(7).
 */
export async function lowerBackgroundThreads(): Promise<void> {
  if (process.platform !== 'linux') return
  // Starts them all.
  await stat('/')
  const priority = Math.min(lowest, getPriority() + lower)
  try {
    for (const id of readdirSync(tasks)) if (isBackground(id)) setPriority(Number(id), priority)
  } catch {
    // Where it may not be done, it is as elsewhere.
  }
}

const tasks = '/proc/self/task'

function isBackground(id: string): boolean {
  return readFileSync(`${tasks}/${id}/comm`, 'utf8').startsWith('libuv-worker')
}
