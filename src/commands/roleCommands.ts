import type { Command } from 'commander'
import type { Streams } from '../cli/streams.ts'
import { askingCommand, group } from './asking.ts'

const roles = () => import('../cli/roles.ts')

export function addRoleCommands(program: Command, streams: Streams): void {
  const parent = group(program, 'roles', 'see and change roles: what their users may do')
  askingCommand(parent, 'list', 'all roles, built-in ones first', ['profile-gateway roles list']).action(
    async (options: object) => (await roles()).listRoles(options, streams),
  )

  askingCommand(parent, 'show <name>', 'a role, as put takes it', [
    'profile-gateway roles show profile_activator',
  ]).action(async (name: string, options: object) => (await roles()).showRole(name, options, streams))

  askingCommand(
    parent,
    'put <name> [file]',
    'make a role or replace it whole, by JSON in a file or piped in',
    [
      'profile-gateway roles put profile_activator --cluster manage_user_profile,manage_own_api_key',
      `echo '{"cluster":["manage_token"],"description":"May log users in."}' | profile-gateway roles put token_issuer`,
    ],
  )
    .option('--cluster <privileges>', 'its cluster privileges, with commas, in place of JSON')
    .action(
      async (name: string, file: string | undefined, options: { cluster?: string }, command: Command) => {
        if (file !== undefined && options.cluster !== undefined)
          command.error('error: give a file or --cluster, not both')
        if (file === undefined && options.cluster === undefined && streams.input.isTTY)
          command.error('error: name a file, pipe JSON in, or give --cluster')
        await (await roles()).putRole(name, file, options, streams)
      },
    )

  askingCommand(parent, 'delete <name>', 'delete a role; its users keep its name', [
    'profile-gateway roles delete token_issuer',
  ]).action(async (name: string, options: object) => (await roles()).deleteRole(name, options, streams))
}
