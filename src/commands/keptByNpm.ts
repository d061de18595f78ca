import type { Command } from 'commander'

type Environment = Readonly<Record<string, string | undefined>>

/** What people have among their settings of npm, which hands them on in the same way. */
const ofPeople = ['email', 'force', 'json']

/**
 * An option that npm has taken for its own, as of `npm run import --dry-run users.json`: the command has not been given it,
 * and would do what nobody meant. Null where it has kept none.
 */
export function keptByNpm(command: Command, environment: Environment): string | null {
  const kept = command.options.find(
    (option) =>
      command.getOptionValueSource(option.attributeName()) !== 'cli' &&
      !ofPeople.includes(option.name()) &&
      Boolean(environment[`npm_config_${option.name().replaceAll('-', '_')}`]),
  )
  return kept?.long ?? null
}
