import { theOperator } from '../audit/actors.ts'
import { noAudit, type Audit } from '../audit/audit.ts'
import type { Config } from '../config.ts'
import { Failure } from '../errors.ts'
import { agreementOf, requireAgreement } from '../realms/agreement.ts'
import { databasePlace } from '../storage/databasePlace.ts'
import { migrationStateOf } from '../storage/migrating.ts'
import { isSqlite } from '../storage/sqliteFile.ts'
import { openTransferDatabase, type TransferDatabase } from '../storage/transferDatabase.ts'
import { createImporter } from '../transfer/importer.ts'
import { importInput } from '../transfer/importInput.ts'
import { noImports } from '../transfer/noImports.ts'
import { clock } from './clock.ts'
import { commandConfig } from './commandConfig.ts'
import { transferAudit } from './commandAudit.ts'
import { findInputs } from './input.ts'
import { noteDatabase } from './note.ts'
import { createProgress } from './progress.ts'
import { createRefusals } from './refusals.ts'
import { createTally } from './tally.ts'
import { transferOptions } from './transferOptions.ts'
import { UsageError } from './usageError.ts'

export interface ImportOptions {
  dryRun?: boolean
  replace?: boolean
  /** A file for everything that is refused. */
  report?: string
}

/** Takes users, roles, role mappings and profiles into the database. The exit code is 1 if something was refused. */
export async function importFiles(
  files: readonly string[],
  { dryRun = false, replace = false, report }: ImportOptions,
): Promise<void> {
  if (report !== undefined && files.includes(report))
    throw new UsageError(`${report} is to be imported: the report has to be another file`)
  const config = commandConfig()
  const { domains, profile } = config.settings
  const inputs = await findInputs(files)
  const database = await open(config, dryRun)
  const progress = createProgress({ stream: process.stderr, clock })
  const refusals = createRefusals({ file: report ?? null, note: progress.note })
  const tally = createTally()
  noteDatabase(databasePlace(config.databaseUrl))
  const total = inputs.reduce(
    (sum: number | null, { size }) => (sum === null || size === null ? null : sum + size),
    0,
  )
  let read = 0
  const state = () => ({ records: tally.records + refusals.count, done: total ? read / total : null })
  const refuseWhole = (name: string, reason: string) => {
    refusals.add(name, { place: { line: 1, lastLine: 1, byte: 0 }, subject: null, reason })
  }
  const actor = theOperator()
  let audit: Pick<Audit, 'operation' | 'written' | 'close'> = noAudit
  try {
    // What writes nothing is not recorded.
    if (database && !dryRun) audit = await transferAudit(config.settings.audit)
    await audit.operation(actor, {
      action: 'import',
      about: () => ({
        target: { files: inputs.map(({ name }) => name), replace },
        imported: { ...tally.counts(), refused: refusals.count },
      }),
      run: importAll,
    })
  } finally {
    await audit.close()
    await database?.close()
    progress.end(state())
  }
  process.stdout.write(tally.text({ refused: refusals.count, dryRun }))
  if (refusals.count > 0) process.exitCode = 1
  await audit.written(actor.origin)

  async function importAll(): Promise<void> {
    const importer = createImporter({
      repository: database?.imports ?? noImports,
      domains,
      maxProfileSize: profile.max_size,
      replace,
      dryRun,
    })
    for (const input of inputs) {
      const before = { read, refused: refusals.count }
      const chunks = input.chunks({
        read(bytes) {
          read += bytes
          progress.update(state())
        },
        broken: (reason) => {
          refuseWhole(input.name, reason)
        },
      })
      await importInput(chunks, importer, {
        settled: tally.settled,
        passedOver: tally.passedOver,
        refused: (refusal) => {
          refusals.add(input.name, refusal)
        },
      })
      // Such as from an export that has failed.
      if (read === before.read && refusals.count === before.refused)
        refuseWhole(input.name, input.size === null ? 'nothing came in' : 'it is empty')
    }
    await importer.finish()
  }
}

/** Null where nothing is to be written, and there is nothing to look at. */
async function open(config: Config, dryRun: boolean): Promise<TransferDatabase | null> {
  const { databaseUrl, settings } = config
  const options = transferOptions(config, clock)
  if (dryRun) {
    const { isNew, missing } = await migrationStateOf(options)
    if (isNew) return null
    if (missing.length > 0)
      throw new Failure(
        'CONFIGURATION',
        `${publicName(databaseUrl)} lacks migrations: run \`profile-gateway migrate\``,
      )
  }
  const database = await openTransferDatabase(options)
  try {
    const agreed = await database.agreedRealms()
    if (agreed !== '') requireAgreement(agreed, agreementOf(settings))
    // Without a name it would be no gateway's database, whatever it holds.
    if (!dryRun) await database.uuid()
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Which it is, without who opens it. */
function publicName(databaseUrl: string): string {
  return isSqlite(databaseUrl) ? databaseUrl : 'the database'
}
