import { z } from 'zod'
import { similarNames } from '../similarNames.ts'

/** What is said of settings that a group does not have: a line for each. */
export const unknownSettings: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys' || !(issue.inst instanceof z.ZodObject)) return undefined
  const known = Object.keys(issue.inst.shape)
  return issue.keys.map((key) => `unknown setting${suggestion(key.toLowerCase(), known)}`).join('\n')
}

/** The setting that such a line takes for the one that is meant, or null. */
export function meantIn(line: string): string | null {
  return / \(did you mean (.*)\?\)$/.exec(line)?.[1] ?? null
}

function suggestion(unknown: string, known: readonly string[]): string {
  const [name = known.find((one) => lettersOf(one) === lettersOf(unknown))] = similarNames(
    unknown,
    known,
    0.7,
  )
  return name === undefined ? '' : ` (did you mean ${name}?)`
}

/** In their order: two that have changed places are a large part of a short name. */
function lettersOf(name: string): string {
  return name.split('').sort().join('')
}
