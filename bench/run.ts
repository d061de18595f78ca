// The bench: what an activation costs at each door and on each database, beside two servers written by hand. What
// goes on is said on standard error; the report, in Markdown, goes to standard output. Nothing else is left behind.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { optionsOrUsage } from '../test/support/optionsOrUsage.ts'
import { startPostgres } from '../test/support/postgres.ts'
import { startGenerator, type Generator } from './generator.ts'
import type { Measurement } from './job.ts'
import { describeMachine } from './machine.ts'
import { noiseNote } from './noise.ts'
import { readOptions, type Options } from './options.ts'
import { createOwnership } from './ownership.ts'
import type { Findings, Part } from './part.ts'
import { parts } from './parts.ts'
import { hashPasswords } from './passwords.ts'
import { reportOf } from './report.ts'
import type { Row } from './row.ts'
import { runScenario } from './scenarioRun.ts'
import { scenarios } from './scenarios.ts'
import { scenarioTargets } from './scenarioTargets.ts'
import { servers } from './servers.ts'
import type { BenchParts } from './subjects.ts'
import { targetsReport, type Target } from './target.ts'
import { createIssuer } from './tokens.ts'
import { usageOf } from './usage.ts'

const { own, end } = createOwnership()
const say = (text: string) => void process.stderr.write(`${text}\n`)
const print = (text: string) => void process.stdout.write(`${text}\n`)

const usage = usageOf(scenarios, servers, parts)
const options = optionsOrUsage({ args: process.argv.slice(2), read, usage })
if (options) await untilStopped(run(options))

function read(args: readonly string[]): Options {
  const options = readOptions(args)
  if (![...scenarios, ...parts].some((one) => chosen(one, options).length > 0))
    throw new Error(`--only: nothing has such a name`)
  return options
}

/** At which subjects something is to be measured. */
function chosen(one: { readonly name: string } | Part, { only }: Options): string[] {
  const subjects = 'subjects' in one ? one.subjects : servers.map(({ name }) => name)
  return subjects.filter((subject) => only.test(`${one.name} / ${subject}`))
}

async function untilStopped(running: Promise<void>): Promise<void> {
  const interruption = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      interruption.abort()
      // Without what it uses, the run ends too, and leaves nothing that was begun meanwhile.
      void end()
        .then(() => running.catch(() => undefined))
        .then(end)
        .finally(() => process.exit(130))
    })
  }
  try {
    await running
  } catch (error) {
    // Then it fails because of that.
    if (!interruption.signal.aborted) say(`\n${error instanceof Error ? (error.stack ?? '') : String(error)}`)
    process.exitCode = 1
  } finally {
    await end()
  }
}

async function run(options: Options): Promise<void> {
  const passwords = await hashPasswords()
  const folder = await own(mkdtemp(join(tmpdir(), 'gateway-bench-')), (made) =>
    rm(made, { recursive: true, force: true }),
  )
  const postgres = await own(startPostgres({ durable: true }), (server) => server.close())
  const generator = await own(Promise.resolve(startGenerator()), (one) => one.stop())
  const issuer = createIssuer()
  print(`${await describeMachine(postgres, passwords, options)}\n`)

  const shared = { options, postgres, generator, issuer, passwords, say }
  const rows: Row[] = []
  for (const [index, scenario] of scenarios.entries()) {
    const names = chosen(scenario, options)
    const selected = servers.filter(({ name }) => names.includes(name))
    if (selected.length === 0) continue
    const inside = join(folder, String(index))
    rows.push(...(await runScenario(scenario, selected, { ...shared, own, folder: inside })))
  }
  if (rows.length > 0) print(reportOf(rows))
  const targets: Target[] = scenarioTargets(rows, passwords)
  for (const part of parts) {
    const subjects = chosen(part, options)
    if (subjects.length === 0) continue
    const { report, targets: more } = await runPart(part, subjects, {
      ...shared,
      folder: join(folder, part.name),
    })
    print(`## ${part.name}\n\n${report}`)
    targets.push(...more)
  }
  print(targetsReport(targets))
}

async function runPart(
  part: Part,
  subjects: readonly string[],
  given: Omit<BenchParts, 'own'>,
): Promise<Findings> {
  const inside = createOwnership()
  await own(Promise.resolve(), inside.end)
  const measured: Measurement[] = []
  const generator: Generator = {
    ...given.generator,
    async measure(job) {
      const measurement = await given.generator.measure(job)
      measured.push(measurement)
      return measurement
    },
  }
  say(`\n${part.name}: ${part.about}`)
  try {
    const { report, targets } = await part.run(subjects, { ...given, generator, own: inside.own })
    return { report: measured.length > 0 ? `${report}\n${noiseNote(measured)}\n` : report, targets }
  } finally {
    await inside.end()
  }
}
