import type { Kind, TransferRecord } from './record.ts'

/** What exporting needs of the database. */
export interface ExportRepository {
  /** Reads everything as it is at one moment, however long it takes. */
  snapshot<T>(read: (snapshot: Snapshot) => Promise<T>): Promise<T>
}

export interface Snapshot {
  count(kind: Kind): Promise<number>
  /** All of a kind, some at a time, by name or uid, code unit by code unit. */
  records(kind: Kind): AsyncIterable<TransferRecord[]>
}
