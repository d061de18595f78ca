// Takes each guard away once, in a copy of the repository, and sees whether its test fails: `npm run guards [pattern]`.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { patternOf, optionsOrUsage } from '../support/optionsOrUsage.ts'
import type { Guard } from './guard.ts'
import { guards } from './guards.ts'

const root = join(import.meta.dirname, '../..')
const copied = [
  ...['package.json', 'vitest.config.ts', 'tsconfig.json', 'README.md', 'schema.graphql'],
  ...['gateway.schema.json', 'gateway.example.yml'],
]
const folders = ['src', 'test', 'prisma', 'docs', 'deploy', 'examples']

const usage = `npm run guards [-- PATTERN]

  PATTERN             only guards whose item in docs/security.md this regular expression finds, in upper or lower case;
                      all take half an hour or more
  --help

Each guard is taken away once: seen, if its test fails then, and else MISSED.`

const args = process.argv.slice(2)
const wanted = optionsOrUsage({ args, read, usage }) ?? process.exit()
const copy = mkdtempSync(join(tmpdir(), 'guards-'))
let missed = 0
try {
  for (const name of [...copied, ...folders]) cpSync(join(root, name), join(copy, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const guard of wanted) {
    const problem = problemWithout(guard)
    if (problem !== null) missed += 1
    console.log(`${problem === null ? 'seen  ' : 'MISSED'}  ${guard.item}${problem ? `: ${problem}` : ''}`)
  }
} finally {
  rmSync(copy, { recursive: true })
}
console.log(`${missed} missed`)
process.exitCode = missed > 0 ? 1 : 0

function read([text = '']: readonly string[]): readonly Guard[] {
  const pattern = patternOf(text, 'PATTERN')
  const found = guards.filter(({ item }) => pattern.test(item))
  if (found.length === 0) throw new Error('no guard has such a name')
  return found
}

/** Why nothing has failed that should have, or null. */
function problemWithout({ file, without: [guarded, unguarded], test, title, project }: Guard): string | null {
  const path = join(copy, file)
  const source = readFileSync(path, 'utf8')
  if (source.split(guarded).length !== 2) return `${file} does not have it once`
  writeFileSync(
    path,
    source.replace(guarded, () => unguarded),
  )
  try {
    return problemOf(join('test', test), title, project)
  } finally {
    writeFileSync(path, source)
  }
}

function problemOf(test: string, title: string, project = 'sqlite'): string | null {
  const report = join(copy, 'report.json')
  const named = title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const vitest = ['vitest', 'run', '--project', project, test, '-t', named, '--reporter=json']
  spawnSync('npx', [...vitest, `--outputFile=${report}`], { cwd: copy, timeout: 300_000 })
  try {
    const { numFailedTests: failed } = JSON.parse(readFileSync(report, 'utf8')) as { numFailedTests: number }
    return failed > 0 ? null : 'no test has failed'
  } catch {
    return 'the test did not run'
  } finally {
    rmSync(report, { force: true })
  }
}
