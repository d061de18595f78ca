import { z } from 'zod'
import { similarNames } from '../similarNames.ts'

/** What is said of settings that a group does not have: a line for each. */
export const unknownSettings: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys' || !(issue.inst instanceof z.ZodObject)) return undefined
  const known = Object.keys(issue.inst.shape)
  return issue.keys.map((key) => `unknown setting${suggestion(key.toLowerCase(), known)}`).join('\n')
}

function suggestion(unknown: string, known: readonly string[]): string {
  const [name] = similarNames(unknown, known, 0.7)
  return name === undefined ? '' : ` (did you mean ${name}?)`
}
