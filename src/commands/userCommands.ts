import type { Command } from 'commander'
import type { Streams } from '../cli/streams.ts'
import { askingCommand, group } from './asking.ts'

const users = () => import('../cli/users.ts')

type UserOptions = { roles?: string; fullName?: string; email?: string }

const generated = 'make up the password, and show it once, on standard output'

export function addUserCommands(program: Command, streams: Streams): void {
  const parent = group(
    program,
    'users',
    'see and change the users of the native realm, and the superuser elastic',
  )
  askingCommand(parent, 'list', 'all users, by name', [
    'profile-gateway users list',
    'profile-gateway users list --json',
  ]).action(async (options: object) => (await users()).listUsers(options, streams))

  askingCommand(parent, 'show <username...>', 'all that is known of users', [
    'profile-gateway users show jacknich',
  ]).action(async (names: string[], options: object) => (await users()).showUsers(names, options, streams))

  askingCommand(
    parent,
    'create <username>',
    'make a user; the password is typed, or the first line piped in',
    [
      `profile-gateway users create jacknich --roles admin,other_role1 --full-name 'Jack Nicholson' < password.txt`,
      'profile-gateway users create login-backend --roles profile_activator --generate',
    ],
  )
    .option('--roles <names>', 'its roles, with commas')
    .option('--full-name <text>', 'its full name')
    .option('--email <address>', 'its email address')
    .option('--generate', generated)
    .action(async (name: string, options: object) => (await users()).createUser(name, options, streams))

  askingCommand(parent, 'update <username>', 'change what is given of a user, and nothing else', [
    'profile-gateway users update jacknich --roles admin --email jacknich@example.com',
  ])
    .option('--roles <names>', 'its roles from now on, with commas')
    .option('--full-name <text>', 'its full name')
    .option('--email <address>', 'its email address')
    .action(async (name: string, options: UserOptions, command: Command) => {
      if ((options.roles ?? options.fullName ?? options.email) === undefined)
        command.error('error: say what to change: --roles, --full-name or --email')
      await (await users()).updateUser(name, options, streams)
    })

  askingCommand(
    parent,
    'reset-password <username>',
    'give a user another password, elastic too; it is typed, or the first line piped in',
    [
      'profile-gateway users reset-password elastic --generate',
      'profile-gateway users reset-password jacknich < password.txt',
    ],
  )
    .option('--generate', generated)
    .action(async (name: string, options: object) => (await users()).resetPassword(name, options, streams))

  askingCommand(parent, 'disable <username>', 'let nobody log in as a user; its tokens end', [
    'profile-gateway users disable jacknich',
  ]).action(async (name: string, options: object) =>
    (await users()).setUserEnabled(name, false, options, streams),
  )

  askingCommand(parent, 'enable <username>', 'let a user log in again', [
    'profile-gateway users enable jacknich',
  ]).action(async (name: string, options: object) =>
    (await users()).setUserEnabled(name, true, options, streams),
  )

  askingCommand(parent, 'delete <username>', 'delete a user; its profile stays', [
    'profile-gateway users delete jacknich',
  ]).action(async (name: string, options: object) => (await users()).deleteUser(name, options, streams))
}
