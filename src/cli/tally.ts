import type { Outcome } from '../transfer/importer.ts'
import { kinds, type Kind } from '../transfer/record.ts'
import { numberOf } from './progress.ts'

type Settled = Exclude<Outcome['kind'], 'refused'>

/** What a kind is called where there may be many of it. */
export const plurals: Readonly<Record<Kind, string>> = {
  role: 'roles',
  role_mapping: 'role mappings',
  user: 'users',
  profile: 'profiles',
}

/** Counts what became of what was read. */
export function createTally() {
  const settled = new Map<string, number>()
  const passedOver = new Map<string, number>()
  let records = 0
  return {
    /** Of everything but what was refused. */
    get records() {
      return records
    },

    /** How many of each kind became what, of those of which there are any. */
    counts: () => Object.fromEntries(settled),

    settled: (kind: Kind, outcome: Settled) => {
      add(settled, `${kind} ${outcome}`)
    },

    passedOver: (what: string) => {
      add(passedOver, what)
    },

    /** All of it in words, in lines. */
    text({ refused, dryRun }: { refused: number; dryRun: boolean }): string {
      const named = (kind: Kind) =>
        (['imported', 'replaced', 'there already'] as const)
          .map((outcome) => ({ outcome, count: settled.get(`${kind} ${outcome}`) ?? 0 }))
          .filter(({ outcome, count }) => count > 0 || outcome === 'imported')
          .map(({ outcome, count }) => `${numberOf(count)} ${dryRun ? would[outcome] : outcome}`)
      const lines = [
        ...kinds.map((kind) => `${plurals[kind]}: ${named(kind).join(', ')}`),
        ...[...passedOver].sort().map(([what, count]) => `not imported: ${numberOf(count)} ${what}`),
        ...(refused > 0 ? [`refused: ${numberOf(refused)}`] : []),
        ...(dryRun ? ['Nothing was written.'] : []),
      ]
      return lines.map((line) => `${line}\n`).join('')
    },
  }

  function add(counts: Map<string, number>, what: string): void {
    counts.set(what, (counts.get(what) ?? 0) + 1)
    records += 1
  }
}

const would: Readonly<Record<Settled, string>> = {
  imported: 'would be imported',
  replaced: 'would be replaced',
  'there already': 'there already',
}
