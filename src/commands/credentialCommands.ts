import { Option, type Command } from 'commander'
import type { Streams } from '../cli/streams.ts'
import { askingCommand, group } from './asking.ts'

const keys = () => import('../cli/keys.ts')

export function addKeyCommands(program: Command, streams: Streams): void {
  const parent = group(program, 'keys', 'see, make and end API keys')
  askingCommand(parent, 'list', 'API keys, by when they were made', [
    'profile-gateway keys list --active',
    'profile-gateway keys list --user login-backend --realm native',
  ])
    .option('--id <id>', 'only the one with this id')
    .option('--name <name>', 'only those of this name, or, with a * at the end, of names that begin so')
    .option('--user <username>', 'only those of this owner')
    .option('--realm <name>', 'only those of owners in this realm')
    .option('--active', 'only those that are neither invalidated nor expired')
    .addOption(
      new Option(
        '--own',
        'only those of whom --as names, who then needs no more than manage_own_api_key',
      ).conflicts(['user', 'realm']),
    )
    .action(async (options: { own?: true; url?: string }, command: Command) => {
      if (options.own && options.url === undefined)
        command.error('error: --own is for who asks a gateway: give --url too, or --user')
      await (await keys()).listKeys(options, streams)
    })

  askingCommand(
    parent,
    'create <name>',
    'make an API key of a user, who has to hold manage_own_api_key; its secret is shown once',
    ['profile-gateway keys create login --user login-backend --expiration 90d'],
  )
    .option('--user <username>', 'whose it is to be; with --url it is that of the caller')
    .option(
      '--expiration <time>',
      'for how long it is valid, such as 12h or 90d; without it, until it is ended',
    )
    .option('--role <file>', 'a role as JSON: what the key may do, of what its owner may')
    .action(async (name: string, options: object) => (await keys()).createKey(name, options, streams))

  askingCommand(parent, 'invalidate [ids...]', 'end API keys for good', [
    `profile-gateway keys invalidate --name 'login'`,
    'profile-gateway keys invalidate --user login-backend --realm native',
  ])
    // Some ids begin like options.
    .allowUnknownOption()
    .option('--name <name>', 'those of this name, or, with a * at the end, of names that begin so')
    .option('--user <username>', 'those of this owner')
    .option('--realm <name>', 'those of owners in this realm')
    .action(
      async (ids: string[], options: { name?: string; user?: string; realm?: string }, command: Command) => {
        const unknown = ids.find((id) => id.startsWith('-') && !/^[\w-]{20}$/.test(id))
        if (unknown !== undefined) command.error(`error: unknown option '${unknown}'`)
        if (ids.length === 0 && (options.name ?? options.user ?? options.realm) === undefined)
          command.error('error: say which keys: by ids, --name, --user or --realm')
        await (await keys()).invalidateKeys(ids, options, streams)
      },
    )
}

type Tokens = { user?: string; realm?: string; token?: true; refreshToken?: true }

export function addTokenCommands(program: Command, streams: Streams): void {
  const parent = group(program, 'tokens', 'end access and refresh tokens')
  askingCommand(
    parent,
    'invalidate',
    'end tokens before their time: of a user, of a realm, or one by itself',
    ['profile-gateway tokens invalidate --user jacknich', 'profile-gateway tokens invalidate --realm native'],
  )
    .option('--user <username>', 'all of this user')
    .option('--realm <name>', 'all of users in this realm')
    .addOption(one('--token', 'one access token, which is typed, or the first line piped in'))
    .addOption(one('--refresh-token', 'one refresh token, likewise'))
    .action(async (options: Tokens, command: Command) => {
      const { user, realm, token, refreshToken } = options
      if ((user ?? realm ?? token ?? refreshToken) === undefined)
        command.error('error: say which tokens: --user, --realm, --token or --refresh-token')
      await (await import('../cli/tokens.ts')).invalidateTokens(options, streams)
    })
}

function one(flag: string, description: string): Option {
  const others = ['user', 'realm', 'token', 'refreshToken']
  const itself = new Option(flag, description)
  return itself.conflicts(others.filter((other) => other !== itself.attributeName()))
}
