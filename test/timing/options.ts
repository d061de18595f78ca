import { parseArgs } from 'node:util'
import { patternOf } from '../support/optionsOrUsage.ts'
import { databaseKindOf, type DatabaseKind } from '../support/throwawayDatabase.ts'
import { doors, type Door } from './doors.ts'
import { populations, type Population } from './populations.ts'

/** Users, and those doors at which they are tried. */
export interface Selected {
  readonly population: Population
  readonly doors: readonly Door[]
}

/** What is measured, and how often. */
export interface Options {
  /** Of each class. */
  readonly samples: number
  /** Of which users, and at which doors. */
  readonly selected: readonly Selected[]
  readonly database: DatabaseKind
}

export const usage = `npm run timing -- [options] > report

  --samples N         how many of each class, from 10 (2000)
  --only PATTERN      only comparisons whose name, written "users / door", this regular expression finds, in upper or
                      lower case: --only 'argon2id / REST'; users are ${populations.map(({ name }) => name).join(', ')},
                      doors ${doors.map(({ name }) => name).join(', ')}
  --database KIND     sqlite, or postgres (sqlite)
  --help`

/** @throws if they are not understood */
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
  const selected = selectedBy(patternOf(values.only))
  if (selected.length === 0) throw new Error('--only: nothing has such a name')
  return { samples, selected, database: databaseKindOf(values.database) }
}

function selectedBy(only: RegExp): Selected[] {
  return populations
    .map((population) => ({
      population,
      doors: population.doors.filter((door) => only.test(`${population.name} / ${door.name}`)),
    }))
    .filter(({ doors }) => doors.length > 0)
}
