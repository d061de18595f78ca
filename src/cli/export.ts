import { theOperator } from '../audit/actors.ts'
import { Failure } from '../errors.ts'
import { migrationStateOf } from '../storage/migrating.ts'
import { openTransferDatabase } from '../storage/transferDatabase.ts'
import { exportRecords } from '../transfer/exportRecords.ts'
import { kinds, type Kind } from '../transfer/record.ts'
import { clock } from './clock.ts'
import { commandConfig } from './commandConfig.ts'
import { transferAudit } from './commandAudit.ts'
import { fileOutput, standardOutput } from './output.ts'
import { createProgress, numberOf } from './progress.ts'
import { plurals } from './tally.ts'
import { transferOptions } from './transferOptions.ts'

export interface ExportOptions {
  /** The file that is made; without one, or where it is `-`, standard output. */
  output?: string
  force?: boolean
  /** The kinds that are wanted; without them, all. */
  only?: readonly Kind[]
}

/** What the kinds are called on the command line. */
export const kindNames: ReadonlyMap<string, Kind> = new Map(
  kinds.map((kind) => [plurals[kind].replace(' ', '-'), kind]),
)

/** Writes users, roles, role mappings and profiles, as they are at one moment. */
export async function exportFile({
  output = '-',
  force = false,
  only = kinds,
}: ExportOptions): Promise<void> {
  const config = commandConfig()
  const options = transferOptions(config, clock)
  // To open it would make it.
  if ((await migrationStateOf(options)).isNew)
    throw new Failure(
      'CONFIGURATION',
      'there is no database of a gateway at DATABASE_URL: nothing is exported',
    )
  const database = await openTransferDatabase(options)
  const progress = createProgress({ stream: process.stderr, clock })
  const counts = new Map<Kind, number>()
  let [total, records] = [0, 0]
  const state = () => ({ records, done: total > 0 ? records / total : 1 })
  try {
    const audit = await transferAudit(config.settings.audit)
    const about = () => ({
      target: { kinds: only, file: output === '-' ? 'standard output' : output },
      exported: Object.fromEntries(counts),
    })
    try {
      await audit.operation(theOperator(), { action: 'export', about, run: exportAll })
    } finally {
      await audit.close()
    }
  } finally {
    await database.close()
  }
  progress.end(state())
  for (const kind of kinds.filter((one) => only.includes(one)))
    progress.note(`${plurals[kind]}: ${numberOf(counts.get(kind) ?? 0)} exported`)
  progress.note('API keys and tokens are not exported')

  async function exportAll(): Promise<void> {
    const target = output === '-' ? standardOutput() : await fileOutput(output, force)
    try {
      await exportRecords({
        repository: database.exports,
        only,
        write: target.write,
        progress: {
          total: (count) => {
            total = count
          },
          written(kind, count) {
            records += count
            counts.set(kind, (counts.get(kind) ?? 0) + count)
            progress.update(state())
          },
        },
      })
      await target.finish()
    } catch (error) {
      await target.abandon()
      throw error
    }
  }
}
