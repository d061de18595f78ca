// What operators type, as commander takes it. Each command loads what it does once it is asked for, and decides nothing.

import type { Command } from 'commander'
import type { Streams } from '../cli/streams.ts'
import { addKeyCommands, addTokenCommands } from './credentialCommands.ts'
import { addRoleCommands } from './roleCommands.ts'
import { addUserCommands } from './userCommands.ts'

/** Adds what operators do by hand. */
export function addOperatorCommands(program: Command, streams: Streams): void {
  addUserCommands(program, streams)
  addRoleCommands(program, streams)
  addKeyCommands(program, streams)
  addTokenCommands(program, streams)
}
