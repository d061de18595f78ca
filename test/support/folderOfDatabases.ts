import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'

/**
 * Where suites have their SQLite files: in memory, where there is room, since a disk is waited for at every write. That is for
 * none that asks what a machine leaves which fails.
 */
export async function folderOfDatabases(): Promise<string> {
  const { bavail, bsize } = await statfs('/dev/shm').catch(() => ({ bavail: 0, bsize: 0 }))
  return bavail * bsize > 1_073_741_824 ? '/dev/shm' : tmpdir()
}
