import { Option, type Command } from 'commander'

const access = `
Without --url the database that DATABASE_URL names is opened; who may do that needs no credentials. On SQLite no gateway
may have it open then. With --url a gateway that serves is asked: by the caller that --as names, with the password in
GATEWAY_PASSWORD, or else typed; or with the API key in GATEWAY_API_KEY.`

/** Adds a group of commands of which each asks for something. */
export function group(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).addHelpText('after', access)
}

/** Adds a command that asks for something, with examples of it. `usage` is its name and its arguments. */
export function askingCommand(
  parent: Command,
  usage: string,
  description: string,
  examples: readonly string[],
): Command {
  return withExamples(parent.command(usage).description(description), examples)
    .option('--json', 'say it as JSON, as Elasticsearch does')
    .option('--url <address>', 'ask the gateway that serves there, in place of the database')
    .addOption(new Option('--as <username>', 'who asks that gateway').default('elastic'))
    .hook('preAction', (command) => {
      if (command.getOptionValueSource('as') === 'cli' && command.getOptionValue('url') === undefined)
        command.error('error: --as says who asks a gateway: give --url too')
    })
}

/** Shows command lines that work as they stand. */
export function withExamples(command: Command, examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}\n`).join('')}`)
}
