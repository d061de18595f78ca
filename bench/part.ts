import type { BenchParts } from './subjects.ts'
import type { Target } from './target.ts'

/** What is measured beside the scenarios: one question, and its answer. */
export interface Part {
  readonly name: string
  /** What it measures. */
  readonly about: string
  /** Where it can be measured, as `--only` chooses from it: `name / subject`. */
  readonly subjects: readonly string[]
  readonly run: (subjects: readonly string[], parts: BenchParts) => Promise<Findings>
}

export interface Findings {
  /** In Markdown. */
  readonly report: string
  readonly targets: readonly Target[]
}

/** What has these names, in its own order. */
export function named<T extends { readonly name: string }>(all: readonly T[], names: readonly string[]): T[] {
  return all.filter(({ name }) => names.includes(name))
}
