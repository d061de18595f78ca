import cluster from 'node:cluster'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { processStreams } from './cli/streams.ts'
import { UsageError } from './cli/usageError.ts'
import { keptByNpm } from './commands/keptByNpm.ts'
import { failureOf, type FailureCode } from './errors.ts'

// The database holds what is only the gateway's to read.
process.umask(0o077)

// Unless this is set, graphql-js checks every value for mistakes of developers: a quarter of what a request costs.
process.env.NODE_ENV ??= 'production'

// Saves up to half of the time to start. Modules of commands are loaded only after this line, so that they are cached too.
// The cache lies beside the program: what is in it is run unchecked, so only whoever may write the program may write it.
enableCompileCache(join(import.meta.dirname, '../.compile-cache'))

// Source: sysexits.h.
const exitCodes = { usage: 64, unavailable: 69, software: 70, permission: 77, configuration: 78 }

const exportHelp = `
Tokens and API keys are not exported. The file holds password hashes: keep it as you keep the database.

  profile-gateway export -o gateway.ndjson
  profile-gateway export --kinds profiles | gzip > profiles.ndjson.gz`

const importHelp = `
It takes exports of this gateway, and what a search of .security and .security-profile has answered: whole
responses one after another, or their hits, one a line. All of it may be packed with gzip.
What is there already stays as it is: the same command again goes on where it was interrupted.
The exit code is 1 if something was refused; it is said why.

  profile-gateway import --dry-run gateway.ndjson
  profile-gateway import users.json profiles-1.json profiles-2.json`

const program = new Command(packageJson.name)
  .description(packageJson.description)
  .version(packageJson.version)
  .exitOverride()
  .showHelpAfterError('(--help after any command says how it is used)')
  .hook('preAction', (_, command) => {
    const kept = keptByNpm(command, process.env)
    if (kept !== null)
      command.error(`error: npm has kept ${kept} for itself: write it after --, as in npm run … -- ${kept}`)
  })
program
  .command('serve')
  .description('answer at both doors until told to stop')
  .option('--adopt-realms', 'have all gateways on the database agree on the realms and domains of this one')
  .option('--workers <number>', 'have so many processes answer at one address, on PostgreSQL', workersFrom, 1)
  .action(async ({ workers, ...options }: { workers: number; adoptRealms?: true }) => {
    // Before all that takes its time to load.
    const hangUp = (await import('./cli/hangUp.ts')).takeHangUp()
    if (workers === 1) await (await import('./cli/serve.ts')).serve({ ...options, hangUp })
    else if (cluster.isWorker)
      await (await import('./cli/worker.ts')).serveAsWorker({ ...options, workers, hangUp })
    else process.exitCode = await (await import('./cli/workers.ts')).serveByWorkers({ workers, hangUp })
  })
program
  .command('migrate')
  .description('bring the database to the schema of this release')
  .option('--status', 'only say what it lacks; the exit code is 1 if it lacks something')
  .action(async ({ status }: { status?: true }) => {
    const { migrate, migrationStatus } = await import('./cli/migrate.ts')
    await (status ? migrationStatus() : migrate())
  })
program
  .command('export')
  .description('write users with their password hashes, roles, role mappings and profiles, as NDJSON')
  .option(
    '-o, --output <file>',
    'make this file, which only you may read, in place of writing to standard output (-)',
  )
  .option('--force', 'replace the file if it is there already')
  .option('--kinds <kinds>', 'only these, with commas: roles, role-mappings, users, profiles')
  .addHelpText('after', exportHelp)
  .action(async (given: { output?: string; force?: true; kinds?: string }, command: Command) => {
    const { exportFile, kindNames } = await import('./cli/export.ts')
    const { kinds, ...options } = given
    if (options.output === undefined && process.stdout.isTTY)
      command.error(
        'error: name a file with -o, or pipe it on: an export holds password hashes, and is not shown on a terminal',
      )
    const only = kinds?.split(',').map((name) => {
      const kind = kindNames.get(name.trim())
      if (kind) return kind
      return command.error(
        `error: --kinds: expected some of ${[...kindNames.keys()].join(', ')}, with commas`,
      )
    })
    await exportFile({ ...options, ...(only && { only }) })
  })
program
  .command('import')
  .description(
    'take users, roles, role mappings and profiles from exports, or from a cluster of Elasticsearch',
  )
  .argument('[files...]', 'what is imported; without any, or as -, standard input')
  .option('--dry-run', 'say what would happen, and write nothing')
  .option('--replace', 'replace what is there, profiles only by newer ones; without it, it stays as it is')
  .option('--report <file>', 'write all that is refused to this file')
  .addHelpText('after', importHelp)
  .action(
    async (
      files: string[],
      options: { dryRun?: true; replace?: true; report?: string },
      command: Command,
    ) => {
      if (files.length === 0 && process.stdin.isTTY) command.error('error: name files, or pipe one in')
      await (await import('./cli/import.ts')).importFiles(files, options)
    },
  )
program
  .command('health')
  .description('ask the gateway that runs here whether it can do its work; the exit code says so too')
  .action(async () => (await import('./cli/health.ts')).health())
program
  .command('demo')
  .description('activate a profile at both doors, on a database that is thrown away')
  .action(async () => (await import('./cli/demo.ts')).demo())
const { addOperatorCommands } = await import('./commands/operatorCommands.ts')
addOperatorCommands(program, processStreams())

function workersFrom(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1 to 999.')
  return Number(text)
}

/** 1: what was asked for cannot be done. */
const exitCodeOfFailure: Partial<Record<FailureCode, number>> = {
  INVALID_INPUT: 1,
  TOO_LARGE: 1,
  UNAVAILABLE: exitCodes.unavailable,
  TOO_MANY_ATTEMPTS: exitCodes.unavailable,
  UNAUTHENTICATED: exitCodes.permission,
  FORBIDDEN: exitCodes.permission,
  CONFIGURATION: exitCodes.configuration,
}

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = await exitCodeOf(error)
}

async function exitCodeOf(error: unknown): Promise<number> {
  // Commander has said itself what is wrong, or what was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
  if (error instanceof UsageError) {
    process.stderr.write(`${packageJson.name}: ${error.message}\n`)
    return error.exitCode
  }
  const { databaseFailure } = await import('./cli/databaseFailure.ts')
  const failure = databaseFailure(failureOf(error))
  const details = failure.problems.map((problem) => `\n  ${problem}`).join('')
  process.stderr.write(`${packageJson.name}: ${failure.message}${details}\n`)
  const exitCode = exitCodeOfFailure[failure.code]
  if (exitCode !== undefined) return exitCode
  process.stderr.write(`${failure.cause instanceof Error ? (failure.cause.stack ?? '') : ''}\n`)
  return exitCodes.software
}
