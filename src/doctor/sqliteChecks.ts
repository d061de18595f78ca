import type { SqliteFacts } from '../storage/sqliteFacts.ts'
import { failure, ok, skipped, warning, type Check } from './check.ts'

/** What speaks for and against how an SQLite database is kept. */
export function sqliteChecks(facts: SqliteFacts): Check[] {
  return [journalCheck(facts), damageCheck(facts), permissionCheck(facts), fileSystemCheck(facts)]
}

function journalCheck({ journalMode }: SqliteFacts): Check {
  const id = 'sqlite.journal'
  return journalMode === 'wal'
    ? ok(id, 'journal_mode is WAL; gateways set synchronous=FULL themselves')
    : failure(
        id,
        `journal_mode is ${journalMode}`,
        'put the file where WAL works, and start the gateway: it sets WAL',
      )
}

function damageCheck({ damage }: SqliteFacts): Check {
  const id = 'sqlite.integrity'
  return damage.length === 0
    ? ok(id, 'quick_check finds no damage')
    : failure(id, `quick_check: ${damage.join('; ')}`, 'stop the gateway, and restore a backup')
}

function permissionCheck({ permissions }: SqliteFacts): Check {
  const id = 'sqlite.permissions'
  if (permissions === null) return skipped(id, 'files have no permissions here')
  const open = permissions.filter(([, mode]) => (mode & 0o077) !== 0)
  if (open.length === 0) return ok(id, 'only its owner may read the database')
  const named = open.map(([file, mode]) => `${file} (${mode.toString(8).padStart(4, '0')})`).join(', ')
  return warning(id, `others may read password hashes: ${named}`, 'chmod 600 these files')
}

/** On which locks, or memory that processes share, do not work. Source: statfs(2). */
const overNetwork: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
])

function fileSystemCheck({ fileSystem }: SqliteFacts): Check {
  const id = 'sqlite.file_system'
  if (fileSystem === null) return skipped(id, 'which file system it is can be told on Linux alone')
  const name = overNetwork.get(fileSystem >>> 0)
  return name === undefined
    ? ok(id, 'it is on no network file system that is known')
    : failure(
        id,
        `it is on ${name}, a network file system`,
        'put the file on a local disk, or use PostgreSQL',
      )
}
