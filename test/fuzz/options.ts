import { parseArgs } from 'node:util'
import type { Credentials } from '../support/testApp.ts'
import { elastic } from '../support/testApp.ts'
import { patternOf } from '../support/optionsOrUsage.ts'
import { databaseKindOf, type DatabaseKind } from '../support/throwawayDatabase.ts'
import { targets } from './fuzz.ts'

export interface Options {
  readonly seconds: number
  readonly seed: number
  /** Of which targets. */
  readonly only: RegExp
  readonly database: DatabaseKind
  /** A gateway that runs already, and a superuser there; else one is started. */
  readonly running: { readonly address: string; readonly admin: Credentials } | null
}

export const usage = `npm run fuzz -- [options]

  --seconds N         how long, beside the last look at the heap (60)
  --seed N            of the first batch: the same seed sends the same (at random)
  --only PATTERN      only targets whose name this regular expression finds, in upper or lower case:
                      ${Object.keys(targets).join(', ')}
  --database KIND     sqlite, or postgres (sqlite)
  --url ADDRESS       a gateway that runs already, over http; without, one is started
  --user NAME         a superuser there (${elastic.username})
  --password TEXT     its password
  --help`

/** @throws if they are not understood */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      only: { type: 'string', default: '' },
      database: { type: 'string', default: 'sqlite' },
      url: { type: 'string' },
      user: { type: 'string', default: elastic.username },
      password: { type: 'string', default: elastic.password },
    },
  })
  const { only, database, url, user: username, password } = values
  const seconds = Number(values.seconds)
  const seed = Number(values.seed)
  if (!(seconds > 0)) throw new Error('--seconds: expected a number above 0')
  if (!Number.isInteger(seed)) throw new Error('--seed: expected a whole number')
  const pattern = patternOf(only)
  if (!Object.keys(targets).some((name) => pattern.test(name)))
    throw new Error('--only: nothing has such a name')
  if (url !== undefined && URL.parse(url)?.protocol !== 'http:')
    throw new Error('--url: expected an address with http')
  return {
    ...{ seconds, seed, only: pattern, database: databaseKindOf(database) },
    running: url === undefined ? null : { address: url, admin: { username, password } },
  }
}
