// The bench: what an activation costs at each door and on each database, beside two servers written by hand. What
// goes on is said on standard error; the report, in Markdown, goes to standard output. Nothing else is left behind.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../test/support/postgres.ts'
import { floodReport } from './floodReport.ts'
import { floodServers, runFlood } from './floodRun.ts'
import { startGenerator } from './generator.ts'
import { describeMachine } from './machine.ts'
import { readOptions } from './options.ts'
import { createOwnership } from './ownership.ts'
import { hashPasswords } from './passwords.ts'
import { reportOf } from './report.ts'
import type { Row } from './row.ts'
import { runScenario } from './scenarioRun.ts'
import { scenarios } from './scenarios.ts'
import { servers } from './servers.ts'
import { createIssuer } from './tokens.ts'

const { own, end } = createOwnership()

const running = run()
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
  if (!interruption.signal.aborted)
    process.stderr.write(`\n${error instanceof Error ? (error.stack ?? '') : String(error)}\n`)
  process.exitCode = 1
} finally {
  await end()
}

async function run(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  const say = (text: string) => void process.stderr.write(`${text}\n`)
  const print = (text: string) => void process.stdout.write(`${text}\n`)
  const passwords = await hashPasswords()
  const folder = await own(mkdtemp(join(tmpdir(), 'gateway-bench-')), (made) =>
    rm(made, { recursive: true, force: true }),
  )
  const postgres = await own(startPostgres({ durable: true }), (server) => server.close())
  const generator = await own(Promise.resolve(startGenerator()), (one) => one.stop())
  const issuer = createIssuer()
  print(`${await describeMachine(postgres, passwords, options)}\n`)

  const parts = { options, postgres, generator, issuer, passwords, own, say }
  const rows: Row[] = []
  for (const [index, scenario] of scenarios.entries()) {
    const selected = servers.filter(({ name }) => options.only.test(`${scenario.name} / ${name}`))
    if (selected.length === 0) continue
    const inside = join(folder, String(index))
    rows.push(...(await runScenario(scenario, selected, { ...parts, folder: inside })))
  }
  if (rows.length > 0) print(reportOf(rows))
  const flooded = floodServers.filter(({ name }) => options.only.test(`flood / ${name}`))
  if (flooded.length === 0) return
  const { rows: floodRows, tally } = await runFlood(flooded, { ...parts, folder: join(folder, 'flood') })
  print(floodReport(floodRows, tally))
}
