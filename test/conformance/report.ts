// Runs cases against a server and says how it did.

import { AssertionError } from 'node:assert'
import { inspect } from 'node:util'
import { evidences, type ConformanceCase, type Evidence } from './case.ts'
import type { ConformanceServer } from './server.ts'

export interface CaseResult extends Omit<ConformanceCase, 'fn' | 'needs'> {
  readonly result: 'passed' | 'failed' | 'skipped'
  /** Why it was skipped, or what went wrong. */
  readonly reason?: string
  readonly expected?: string
  readonly got?: string
}

export type Count = Readonly<Record<'passed' | 'failed' | 'skipped' | 'total', number>>

export interface Report {
  readonly counts: Readonly<Record<Evidence | 'documented' | 'reported' | 'unconfirmed' | 'all', Count>>
  readonly cases: readonly CaseResult[]
}

/** What Elastic wrote down, what users reported, and what still waits to be confirmed on a real node. */
const documented: readonly Evidence[] = ['S', 'T', 'D']
const reported: readonly Evidence[] = ['I']
const unconfirmed: readonly Evidence[] = ['inf', 'M']

/** Runs several cases at once; those that move the clock afterwards, each alone. */
export async function runCases(
  server: ConformanceServer,
  cases: readonly ConformanceCase[],
  concurrency = 8,
): Promise<Report> {
  const results = new Map<ConformanceCase, CaseResult>()
  const run = async (one: ConformanceCase) => void results.set(one, await resultOf(server, one))
  const waiting = cases.filter(({ needs }) => needs !== 'clock').values()
  const worker = async () => {
    for (const one of waiting) await run(one)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  for (const one of cases) if (one.needs === 'clock') await run(one)
  return reportOf(cases.flatMap((one) => results.get(one) ?? []))
}

async function resultOf(
  server: ConformanceServer,
  { fn, needs, ...facts }: ConformanceCase,
): Promise<CaseResult> {
  const lack = needs && server.lacks(needs)
  if (lack !== undefined) return { ...facts, result: 'skipped', reason: lack }
  try {
    await fn(server)
    return { ...facts, result: 'passed' }
  } catch (error) {
    return { ...facts, result: 'failed', ...explained(error) }
  }
}

function explained(error: unknown): Partial<CaseResult> {
  if (!(error instanceof Error)) return { reason: String(error) }
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  const reason = (error.message.split('\n')[0] ?? '').slice(0, 600) + cause
  if (!(error instanceof AssertionError) || !error.generatedMessage) return { reason }
  return { reason: error.operator, expected: oneLine(error.expected), got: oneLine(error.actual) }
}

function oneLine(value: unknown): string {
  const options = { depth: 8, breakLength: Infinity, compact: true, maxArrayLength: 20, maxStringLength: 300 }
  return inspect(value, options).replace(/\s*\n\s*/g, ' ')
}

function reportOf(cases: readonly CaseResult[]): Report {
  const count = (...tags: readonly Evidence[]): Count => {
    const tagged = cases.filter(({ evidence }) => tags.includes(evidence))
    const of = (result: CaseResult['result']) => tagged.filter((one) => one.result === result).length
    return { passed: of('passed'), failed: of('failed'), skipped: of('skipped'), total: tagged.length }
  }
  const byEvidence = Object.fromEntries(evidences.map((evidence) => [evidence, count(evidence)]))
  return {
    counts: {
      ...(byEvidence as Record<Evidence, Count>),
      documented: count(...documented),
      reported: count(...reported),
      unconfirmed: count(...unconfirmed),
      all: count(...evidences),
    },
    cases,
  }
}

/** What is behind each tag. */
const meanings: Readonly<Record<Evidence, string>> = {
  S: "Elasticsearch's source",
  T: "Elastic's tests",
  D: "Elastic's documentation",
  I: 'issues and pull requests',
  inf: 'follows from the source',
  M: 'general knowledge',
}

/** The report for a terminal: failures, skipped cases, a table, and the score as its last line. */
export function printed({ counts, cases }: Report): string {
  const lines = cases.flatMap(({ result, id, name, evidence, source, reason = '', expected, got }) => {
    if (result === 'passed') return []
    const what = expected === undefined ? reason : `expected ${expected}, got ${got ?? ''}`
    return `${result.toUpperCase()}  ${id}  ${name}  [${evidence}, ${source}]  ${what}`
  })
  const table = evidences.map((evidence) => row(evidence.padEnd(3), meanings[evidence], counts[evidence]))
  return [
    ...lines,
    ...(lines.length > 0 ? [''] : []),
    ['evidence'.padEnd(32), 'passed', 'failed', 'skipped'].join('  '),
    ...table,
    '',
    `documented (${documented.join(', ')}): ${share(counts.documented)}`,
    `reported (${reported.join(', ')}): ${share(counts.reported)}`,
    `best knowledge, still to be confirmed (${unconfirmed.join(', ')}): ${share(counts.unconfirmed)}`,
    `score: ${share(counts.all)}`,
  ].join('\n')
}

function row(tag: string, meaning: string, { passed, failed, skipped }: Count): string {
  const numbers = [String(passed).padStart(6), String(failed).padStart(6), String(skipped).padStart(7)]
  return [`${tag}  ${meaning}`.padEnd(32), ...numbers].join('  ')
}

function share({ passed, failed, skipped }: Count): string {
  return `${passed} of ${passed + failed} passed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
