import type { ExportRepository } from './exportRepository.ts'
import { kinds, type Kind } from './record.ts'
import { header, recordText } from './recordText.ts'

interface ExportParts {
  repository: ExportRepository
  /** Which kinds are wanted. */
  only: readonly Kind[]
  /** Takes the next lines, and answers once it can take more. */
  write: (lines: string) => Promise<void>
  /** Is told how many records there are in all, and how many of a kind have just been written. */
  progress: { total(records: number): void; written(kind: Kind, records: number): void }
}

/** Writes what is there at one moment, kind by kind, always in the same order. */
export async function exportRecords({ repository, only, write, progress }: ExportParts): Promise<void> {
  await repository.snapshot(async (snapshot) => {
    const wanted = kinds.filter((kind) => only.includes(kind))
    let [total, records] = [0, 0]
    for (const kind of wanted) total += await snapshot.count(kind)
    progress.total(total)
    await write(lineOf(header))
    for (const kind of wanted) {
      for await (const some of snapshot.records(kind)) {
        await write(some.map((record) => `${recordText(record)}\n`).join(''))
        records += some.length
        progress.written(kind, some.length)
      }
    }
    await write(lineOf({ kind: 'end', records }))
  })
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`
}
