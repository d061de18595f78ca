import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { patternOf } from '../test/support/optionsOrUsage.ts'
import { builtMain } from './gatewayMain.ts'
import { regulars } from './people.ts'
import type { Scenario } from './scenarios.ts'

/** How much is measured. */
export interface Options {
  /** How long one measurement takes. */
  readonly seconds: number
  /** How long a server is used before it is measured, in seconds, at least. */
  readonly warmUp: number
  /** How long a number of connections, or a rate, is used before it is measured, in seconds. */
  readonly ramp: number
  readonly rounds: number
  /** Of which scenarios and servers, written `scenario / server`. */
  readonly only: RegExp
  readonly connections: readonly number[]
  /** Arrival rates, in parts of the maximum. */
  readonly parts: readonly number[]
  /** How many requests the round trips are counted over. */
  readonly counted: number
  /** How many profiles and remembered tokens are many. */
  readonly profiles: number
  readonly proofs: number
  /** How often a server is started. */
  readonly starts: number
  /** Whether gateways run as they are packed, from dist/, not from their sources. */
  readonly built: boolean
  /** A folder for profiles of the servers' CPU time; null: they are not taken. */
  readonly profile: string | null
}

/** Reads the command line. @throws if it is not understood */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      quick: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      connections: { type: 'string' },
      profiles: { type: 'string' },
      proofs: { type: 'string' },
      built: { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  })
  const { quick, built } = values
  if (built && !existsSync(builtMain)) throw new Error('--built: run npm run build first')
  return {
    seconds: positive('seconds', values.seconds) ?? (quick ? 0.2 : 3),
    warmUp: quick ? 0.3 : 2,
    ramp: quick ? 0.05 : 0.2,
    rounds: Math.ceil(positive('rounds', values.rounds) ?? (quick ? 1 : 3)),
    only: patternOf(values.only),
    connections: values.connections?.split(',').map(connectionCount) ?? (quick ? [1, 64] : [1, 16, 64]),
    parts: quick ? [0.5] : [0.25, 0.5, 0.75],
    counted: quick ? 50 : 200,
    profiles: atLeast(thousand, 'profiles', values.profiles) ?? (quick ? 20_000 : 1_000_000),
    proofs: atLeast(thousand, 'proofs', values.proofs) ?? (quick ? 1_000 : 100_000),
    built,
    starts: quick ? 2 : 10,
    profile: values.profile === undefined ? null : resolve(values.profile),
  }
}

/** How many profiles and remembered tokens are few. */
export const thousand = 1_000

/** How long one measurement of a scenario takes: tokens that are signed for each request are too dear for more. */
export function secondsOf({ fresh }: Scenario, { seconds }: Options): number {
  return fresh === 'tokens' ? seconds / 3 : seconds
}

/** How long a server is used before, in seconds: V8 compiles its code for tens of thousands of requests, if they can be had. */
export function warmUpOf({ fresh }: Scenario, { warmUp }: Options): number {
  return fresh === 'nothing' ? 5 * warmUp : warmUp
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (!(number > 0)) throw new Error(`--${name}: expected a number above 0`)
  return number
}

function atLeast(least: number, name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (Number.isInteger(number) && number >= least) return number
  throw new Error(`--${name}: expected a whole number from ${least}`)
}

function connectionCount(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= regulars.length) return number
  throw new Error(`--connections: expected whole numbers from 1 to ${regulars.length}`)
}
