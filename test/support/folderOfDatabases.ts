import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'

/**
 * Where suites have their databases: in memory, where there is room, since a disk is waited for at every write, and is slow to
 * make the hundreds of files of which a database of PostgreSQL is. That is for none that asks what a machine leaves which fails.
 */
export async function folderOfDatabases(): Promise<string> {
  const { bavail, bsize } = await statfs('/dev/shm').catch(() => ({ bavail: 0, bsize: 0 }))
  return bavail * bsize > 4 * 1_073_741_824 ? '/dev/shm' : tmpdir()
}
