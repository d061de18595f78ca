import { similarNames } from '../similarNames.ts'

/** `did you mean [a]?`, or nothing to suggest. Source: spec 1.3, 1.4. */
export function didYouMean(unknown: string, known: readonly string[]): string {
  const names = similarNames(unknown, known, 0.5)
  if (names.length === 0) return ''
  return names.length === 1 ? `did you mean [${names.join()}]?` : `did you mean any of [${names.join(', ')}]?`
}
