import { execFile, type ExecFileException } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

const program = join(import.meta.dirname, '../../bench/run.ts')

/** Runs the bench to its end. */
function bench(...args: string[]): Promise<{ code: unknown; report: string; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], (error: ExecFileException | null, report, said) => {
      resolve({ code: error ? error.code : 0, report, said })
    })
  })
}

describe('the bench', () => {
  it.each([
    [['--wrong'], 'Unknown option'],
    [['--seconds', '0'], '--seconds: expected a number above 0'],
    [['--connections', '65'], '--connections: expected whole numbers from 1 to 64'],
    [['--profiles', '10'], '--profiles: expected a whole number from 1000'],
    [['--only', '('], '--only: expected a regular expression'],
    [['--only', 'nothing'], '--only: nothing has such a name'],
  ])('answers %j with what is wrong and how it is used', async (args, problem) => {
    const { code, report, said } = await bench(...args)
    expect({ code, report }).toEqual({ code: 2, report: '' })
    expect(said).toContain(problem)
    expect(said).toContain('npm run bench -- [options]')
    expect(said).not.toMatch(/^ +at /m)
  })

  it('reports what is asked of it with its targets, and profiles servers', { timeout: 120_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-test-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const only = '^(JWT remembered, writing|statement|distance|stalls) / (floor A|gateway/graphql)'
    const quick = ['--quick', '--seconds', '0.1', '--connections', '16']
    const { code, report, said } = await bench(...quick, '--only', only, '--profile', folder)
    expect({ code, said }).toMatchObject({ code: 0 })
    expect([...report.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual([
      ...['statement', 'distance', 'stalls', 'Targets'],
    ])
    const [, targets = ''] = report.split('## Targets')
    for (const [gateway, target] of [
      ['gateway/graphql/postgresql', 'c=16: against floor A | ≥ 1.30'],
      ['gateway/graphql/sqlite', 'c=16: against floor A | ≥ 1.00'],
      ['gateway/graphql/postgresql', 'c=16: against the batched statement sent by pg alone | ≥ 0.50'],
      ['gateway/graphql/postgresql', 'c=16: ratio to floor A, 1 ms away / near | ≥ 0.95'],
      ['gateway/graphql/sqlite', 'c=16: longest stall of the event loop | –'],
    ])
      expect(targets).toContain(`| JWT remembered, writing, ${gateway}, ${target} |`)
    const profiles = ['floor-a', 'gateway-graphql-postgresql', 'gateway-graphql-sqlite'].flatMap((server) =>
      ['cpuprofile', 'svg'].map((kind) => `jwt-remembered-writing-${server}-c-16.${kind}`),
    )
    expect((await readdir(folder)).sort()).toEqual(profiles)
  })
})
