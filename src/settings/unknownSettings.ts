import { z } from 'zod'
import { closestName } from './closestName.ts'

/** What is said of settings that a group does not have: a line for each. */
export const unknownSettings: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys' || !(issue.inst instanceof z.ZodObject)) return undefined
  const known = Object.keys(issue.inst.shape)
  return issue.keys.map((key) => `unknown setting${suggestion(closestName(key, known))}`).join('\n')
}

function suggestion(name: string | null): string {
  return name === null ? '' : ` (did you mean ${name}?)`
}
