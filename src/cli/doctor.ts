import { loadConfig, misspeltVariables, type Config } from '../config.ts'
import { warning, type Check } from '../doctor/check.ts'
import { examine, unconfigured } from '../doctor/examine.ts'
import { failureOf, type Failure } from '../errors.ts'
import { clock } from './clock.ts'
import { printable } from './printable.ts'
import type { Streams } from './streams.ts'

interface DoctorOptions {
  readonly json?: true
  /** Whether warnings count as failures. */
  readonly strict?: true
}

/**
 * Says how everything is, and what to do about what is not well.
 * @returns the exit code: 0, or 1 if something fails, or 78 if the configuration is not valid
 */
export async function doctor({ json, strict }: DoctorOptions, { output }: Streams): Promise<0 | 1 | 78> {
  const config = configOrFailure()
  const examined = 'code' in config ? unconfigured(config) : await examine(config, clock)
  const checks = [...misspelt(), ...examined]
  output.write(json ? `${JSON.stringify({ checks }, null, 2)}\n` : textOf(checks))
  if ('code' in config) return 78
  return checks.some(({ state }) => state === 'failure' || (strict && state === 'warning')) ? 1 : 0
}

function misspelt(): Check[] {
  return misspeltVariables().map(([given, meant]) =>
    warning('environment', `the variable ${given} is unknown`, `set ${meant}, if that is meant`),
  )
}

function configOrFailure(): Config | Failure {
  try {
    return loadConfig()
  } catch (thrown) {
    return failureOf(thrown)
  }
}

/** A line for each check, or for each thing that it finds, and below it what to do; at the end, how many there are of which state. */
function textOf(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ id }) => id.length))
  const below = (text: string) => `${' '.repeat(9 + width)}  ${text}`
  const lines = checks.flatMap(({ id, state, finding, advice }) => {
    const [first = '', ...others] = finding.split('\n').map(printable)
    return [
      `${state.padEnd(7)}  ${id.padEnd(width)}  ${first}`,
      ...others.map(below),
      ...(advice === null ? [] : [below(`→ ${printable(advice)}`)]),
    ]
  })
  const counts = (['ok', 'warning', 'failure', 'skipped'] as const).flatMap((state) => {
    const count = checks.filter((check) => check.state === state).length
    return count > 0 ? [`${count} ${numbered(state, count)}`] : []
  })
  return [...lines, '', counts.join(', ')].map((line) => `${line}\n`).join('')
}

function numbered(state: Check['state'], count: number): string {
  return count > 1 && (state === 'warning' || state === 'failure') ? `${state}s` : state
}
