// Measures whether the time of an answer tells who exists: `npm run timing`. What goes on is said on standard error; the
// report goes to standard output.

import { startGatewayProcess } from '../support/gatewayProcess.ts'
import { optionsOrUsage } from '../support/optionsOrUsage.ts'
import { throwawayDatabases } from '../support/throwawayDatabase.ts'
import type { Door } from './doors.ts'
import { measure, tryOnce } from './measure.ts'
import { readOptions, usage } from './options.ts'
import { populate, type Names } from './population.ts'
import type { Population } from './populations.ts'
import { reportOf, type Compared } from './report.ts'

const options = optionsOrUsage({ args: process.argv.slice(2), read: readOptions, usage }) ?? process.exit()
const { samples, selected, database } = options
const compared: Compared[] = []
const minutes = selected.reduce((sum, { population, doors }) => sum + doors.length * minutesOf(population), 0)
const long = minutes < 1 ? 'less than a minute' : `about ${Math.ceil(minutes)} minutes`
say(`${long} on a machine that does nothing else`)
const databases = await throwawayDatabases(database)
try {
  for (const { population, doors } of selected) await compareIn(population, doors)
} finally {
  await databases.remove()
}
process.stdout.write(reportOf(compared, options))

async function compareIn(population: Population, doors: readonly Door[]): Promise<void> {
  const { name, kinds, verdict, settings } = population
  const databaseUrl = await databases.create()
  const names = await populated(databaseUrl, population)
  // Another one: what hashes there are is counted at the start.
  const gateway = await startGatewayProcess({ databaseUrl, settings })
  try {
    const port = Number(new URL(gateway.address).port)
    const trying = { port, names, kinds, samples, verdict }
    const [first] = doors
    if (first && verdict === 'throttled') await tryOnce({ ...trying, door: first })
    for (const door of doors) {
      say(`${name} / ${door.name}`)
      compared.push({ population, door, times: await measure({ ...trying, door }) })
    }
  } finally {
    await gateway.stop()
  }
}

async function populated(databaseUrl: string, { formats, names }: Population): Promise<Names> {
  const gateway = await startGatewayProcess({ databaseUrl })
  try {
    return await populate(gateway.address, formats, Math.min(samples, names))
  } finally {
    await gateway.stop()
  }
}

function minutesOf({ kinds, cost }: Population): number {
  return (samples * kinds.length * cost) / 60_000
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
