import { parseArgs } from 'node:util'
import { databaseKindOf, type DatabaseKind } from '../support/throwawayDatabase.ts'

/** What is measured, and how often. */
export interface Options {
  /** Of each class. */
  readonly samples: number
  /** Of which comparisons, written `population / door`. */
  readonly only: RegExp
  readonly database: DatabaseKind
}

export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      samples: { type: 'string', default: '2000' },
      only: { type: 'string', default: '' },
      database: { type: 'string', default: 'sqlite' },
    },
  })
  const samples = Number(values.samples)
  if (!Number.isInteger(samples) || samples < 10)
    throw new Error('--samples: expected a whole number from 10')
  return { samples, only: new RegExp(values.only, 'i'), database: databaseKindOf(values.database) }
}
