import { enableCompileCache } from 'node:module'
import { Command, CommanderError } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { failureOf } from './errors.ts'

// Halves the time to start. A command's modules are loaded only after it, so that they are in the cache too.
enableCompileCache()

// The database holds what is only the gateway's to read.
process.umask(0o077)

// Source: sysexits.h.
const exitCodes = { usage: 64, unavailable: 69, software: 70, configuration: 78 }

const program = new Command(packageJson.name)
  .description(packageJson.description)
  .version(packageJson.version)
  .exitOverride()
program
  .command('serve')
  .description('answer at both doors until told to stop')
  .option('--adopt-realms', 'have all gateways on the database agree on the realms and domains of this one')
  .action(async (options: { adoptRealms?: true }) => (await import('./cli/serve.ts')).serve(options))
program
  .command('migrate')
  .description('bring the database to the schema of this release')
  .option('--status', 'only say what it lacks; the exit code is 1 if it lacks something')
  .action(async ({ status }: { status?: true }) => {
    const { migrate, migrationStatus } = await import('./cli/migrate.ts')
    await (status ? migrationStatus() : migrate())
  })
program
  .command('demo')
  .description('activate a profile at both doors, on a database that is thrown away')
  .action(async () => (await import('./cli/demo.ts')).demo())

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

function exitCodeOf(error: unknown): number {
  // Commander has said itself what is wrong, or what was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
  const failure = failureOf(error)
  const details = failure.problems.map((problem) => `\n  ${problem}`).join('')
  process.stderr.write(`${packageJson.name}: ${failure.message}${details}\n`)
  if (failure.code === 'CONFIGURATION') return exitCodes.configuration
  if (failure.code === 'UNAVAILABLE') return exitCodes.unavailable
  process.stderr.write(`${failure.cause instanceof Error ? (failure.cause.stack ?? '') : ''}\n`)
  return exitCodes.software
}
