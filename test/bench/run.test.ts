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
  it('answers what it does not understand with how it is used', async () => {
    const { code, report, said } = await bench('--wrong')
    expect({ code, report }).toEqual({ code: 2, report: '' })
    expect(said).toContain("Unknown option '--wrong'")
    expect(said).toContain('npm run bench -- [options]')
    expect(said).not.toMatch(/^ +at /m)
  })

  it('reports what is asked of it with its targets, and profiles servers', { timeout: 120_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-test-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const only = '^(JWT remembered, writing|distance|stalls) / (floor A|gateway/graphql/sqlite)'
    const quick = ['--quick', '--seconds', '0.1', '--connections', '16']
    const { code, report, said } = await bench(...quick, '--only', only, '--profile', folder)
    expect({ code, said }).toMatchObject({ code: 0 })
    expect([...report.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual([
      ...['distance', 'stalls', 'Targets'],
    ])
    const [, targets = ''] = report.split('## Targets')
    for (const target of ['against floor A | ≥ 1.00', 'longest stall of the event loop | –'])
      expect(targets).toContain(`| JWT remembered, writing, gateway/graphql/sqlite, c=16: ${target} |`)
    expect(report).toMatch(/^\| floor A \| 16 \| \d+ → \d+ \| 1\.00 → 1\.00 \|/m)
    const profiles = ['floor-a', 'gateway-graphql-sqlite'].flatMap((server) =>
      ['cpuprofile', 'svg'].map((kind) => `jwt-remembered-writing-${server}-c-16.${kind}`),
    )
    expect((await readdir(folder)).sort()).toEqual(profiles)
  })
})
