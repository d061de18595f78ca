import { Failure } from '../../errors.ts'

/** Source: Elasticsearch's reference, "Time units". */
const units: Readonly<Record<string, number>> = {
  nanos: 1e-6,
  micros: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** A hundred years. */
const most = 36_500 * 86_400_000

/**
 * For how long a key is valid, in milliseconds, as Elasticsearch writes times: `90m`, `1d`.
 * @throws `INVALID_INPUT`
 */
export function expirationOf(text: string): number {
  const [, number = '', fraction = '', unit = ''] = /^\s*(\d{1,15})(\.\d+)?\s*([a-z]+)\s*$/i.exec(text) ?? []
  // `M` would be months, in whichever case the others are.
  const known = unit === 'M' ? unit : unit.toLowerCase()
  const factor = Object.hasOwn(units, known) ? units[known] : undefined
  if (factor === undefined) {
    throw refused('failed to parse setting [expiration] as a time value: unit is missing or unrecognized')
  }
  if (fraction !== '') {
    throw refused('failed to parse setting [expiration], fractional time values are not supported')
  }
  const life = Math.floor(Number(number) * factor)
  if (life < 1 || life > most) throw refused('[expiration] must be at least [1ms] and at most [36500d]')
  return life
}

function refused(reason: string): Failure {
  return new Failure('INVALID_INPUT', reason)
}
