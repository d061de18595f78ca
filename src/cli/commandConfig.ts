import { loadConfig, misspeltVariables, type Config } from '../config.ts'
import { note } from './note.ts'

/** The configuration of a command, which says on standard error what may have been meant to be in it. */
export function commandConfig(): Config {
  tellMisspelt((problem) => {
    note(`profile-gateway: ${problem}`)
  })
  return loadConfig()
}

/** Tells of each variable that may have been meant to be one of the gateway's. */
export function tellMisspelt(tell: (problem: string) => void): void {
  for (const [given, meant] of misspeltVariables())
    tell(`the environment variable ${given} is unknown: did you mean ${meant}?`)
}
