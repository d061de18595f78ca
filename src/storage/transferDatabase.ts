import type { ExportRepository } from '../transfer/exportRepository.ts'
import type { ImportRepository } from '../transfer/importRepository.ts'
import { createCluster } from './cluster.ts'
import { connect, type DatabaseOptions } from './database.ts'
import { createExportRepository } from './exports.ts'
import { guarded } from './guarded.ts'
import { createImportRepository } from './imports.ts'
import { openingFailure } from './openingFailure.ts'
import { postgresqlSnapshot, sqliteSnapshot } from './snapshot.ts'
import { isSqlite } from './sqliteFile.ts'

/** An open database as export and import use it. */
export interface TransferDatabase {
  readonly imports: ImportRepository
  readonly exports: ExportRepository
  /** What names the database to clients: made by whoever imports into it first, or opens it as a gateway. */
  readonly uuid: () => Promise<string>
  /** The realms and domains on which the gateways of the database have agreed; empty if they have not yet. */
  readonly agreedRealms: () => Promise<string>
  readonly close: () => Promise<void>
}

/**
 * Opens a database for export and import. An empty one is migrated, and nothing else of it changes by that.
 * @throws `CONFIGURATION` with what stands in the way, `UNAVAILABLE` if the server is not there now
 */
export async function openTransferDatabase(options: DatabaseOptions): Promise<TransferDatabase> {
  try {
    const connected = await connect(options)
    const { client, close } = connected
    const { uuid, agreedRealms } = createCluster(connected)
    // Profiles come in no order, so that each batch changes pages everywhere: many batches are put into the file at once.
    if (isSqlite(options.url)) await client.$queryRaw`PRAGMA wal_autocheckpoint = 20000`
    const snapshot = isSqlite(options.url) ? sqliteSnapshot(client) : postgresqlSnapshot(client)
    return {
      imports: createImportRepository(connected),
      exports: guarded(createExportRepository(snapshot)),
      ...guarded({ uuid, agreedRealms }),
      close,
    }
  } catch (error) {
    throw openingFailure(options.url, error)
  }
}
