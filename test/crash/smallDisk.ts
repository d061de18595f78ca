// A disk of the gateway's own, too small or full, in two ways: a file system of a few megabytes, which needs the right
// to mount one, and a limit on the size of a file, which the system enforces for whoever may set it.

import { spawnSync } from 'node:child_process'
import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Process } from '../cliProcess.ts'

export interface SmallDisk {
  readonly name: string
  /** Why there can be none here; null where it can. */
  readonly missing: string | null
  /** What a shell runs the gateway under to have its data there. */
  readonly under: string
  /** Where the gateway's data are while it runs. */
  readonly data: (folder: string, gateway: Process) => string
  readonly fill: (folder: string, gateway: Process) => Promise<void>
  readonly free: (folder: string, gateway: Process) => Promise<void>
}

/** A file system that is the gateway's alone and ends with it. Writing to it fails with ENOSPC. */
export const smallFileSystem: SmallDisk = {
  name: 'a file system without space',
  missing: failureOf('unshare', '-rm', 'mount', '-t', 'tmpfs', 'none', '/tmp'),
  under: mounted('mkdir -p data; mount -t tmpfs -o size=8m none data'),
  data: dataOfMount,
  async fill(folder, gateway) {
    const path = join(dataOfMount(folder, gateway), 'ballast')
    for (let size = 4_194_304; size >= 1; size = Math.floor(size / 2)) await grow(path, size)
  },
  free: (folder, gateway) => rm(join(dataOfMount(folder, gateway), 'ballast')),
}

/** A limit on the size of the gateway's files. Writing beyond it fails with EFBIG. */
export const smallFiles: SmallDisk = {
  name: 'a file that may not grow',
  missing: failureOf('prlimit', '--fsize=1000000:', 'true'),
  under: 'exec',
  data: (folder) => join(folder, 'data'),
  async fill(folder, gateway) {
    const { size } = await stat(join(folder, 'data/gateway.db-wal'))
    limit(gateway, `${size}`)
  },
  free(_, gateway) {
    limit(gateway, 'unlimited')
    return Promise.resolve()
  },
}

/** A command that a shell runs in a process that sees mounts of its own. */
export function mounted(command: string): string {
  return `exec unshare -rm sh -c '${command} && exec "$@"' sh`
}

/** What a process with mounts of its own has there. */
function dataOfMount(folder: string, { child }: Process): string {
  return join(`/proc/${child.pid}/root`, folder, 'data')
}

/** Adds to a file if there is space for it. */
async function grow(path: string, size: number): Promise<void> {
  await writeFile(path, Buffer.alloc(size), { flag: 'a' }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  })
}

function limit({ child }: Process, size: string): void {
  const failure = failureOf('prlimit', '--pid', `${child.pid}`, `--fsize=${size}:`)
  if (failure !== null) throw new Error(failure)
}

function failureOf(command: string, ...args: string[]): string | null {
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (error) return error.message
  return status === 0 ? null : stderr.trim()
}
