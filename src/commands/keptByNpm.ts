import type { Command } from 'commander'

type Environment = Readonly<Record<string, string | undefined>>

/** What people have among their settings of npm, which hands them on in the same way. */
const ofPeople = ['email', 'force', 'json']

/** For what npm takes an option that is the beginning of one of its own, and what people set that to. */
const itsOwn = {
  option: 'replace',
  setting: 'npm_config_replace_registry_host',
  values: ['never', 'always', 'npmjs'],
}

/**
 * An option that npm has taken for its own, as of `npm run import --dry-run users.json`: the command has not been given it,
 * and would do what nobody meant. Null where it has kept none.
 */
export function keptByNpm(command: Command, environment: Environment): string | null {
  const kept = command.options.find(
    (option) =>
      command.getOptionValueSource(option.attributeName()) !== 'cli' &&
      !ofPeople.includes(option.name()) &&
      isKept(option.name(), environment),
  )
  return kept?.long ?? null
}

function isKept(option: string, environment: Environment): boolean {
  if (environment[`npm_config_${option.replaceAll('-', '_')}`]) return true
  const taken = option === itsOwn.option ? environment[itsOwn.setting] : undefined
  return taken !== undefined && !itsOwn.values.includes(taken)
}
