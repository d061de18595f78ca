// What operators type, as commander takes it. Each command loads what it does once it is asked for, and decides nothing.

import type { Command } from 'commander'
import type { Streams } from '../cli/streams.ts'
import { addCompletionCommand } from './completionCommand.ts'
import { addKeyCommands, addTokenCommands } from './credentialCommands.ts'
import { addDoctorCommand } from './doctorCommand.ts'
import { addRoleCommands } from './roleCommands.ts'
import { addUserCommands } from './userCommands.ts'

/** Adds what operators do by hand, and what helps them. */
export function addOperatorCommands(program: Command, streams: Streams): void {
  addUserCommands(program, streams)
  addRoleCommands(program, streams)
  addKeyCommands(program, streams)
  addTokenCommands(program, streams)
  addDoctorCommand(program, streams)
  addCompletionCommand(program, streams)
}
