import { loadConfig, misspeltVariables, type Config } from '../config.ts'
import { note } from './note.ts'

/** The configuration of a command, which says on standard error what may have been meant to be in it. */
export function commandConfig(): Config {
  for (const [given, meant] of misspeltVariables())
    note(`profile-gateway: the environment variable ${given} is unknown: did you mean ${meant}?`)
  return loadConfig()
}
