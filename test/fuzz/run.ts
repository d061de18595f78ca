// Sends the gateway what no client would: `npm run fuzz`. Exit code 1 if something is wrong with an answer, or with the heap.

import { optionsOrUsage } from '../support/optionsOrUsage.ts'
import { throwawayDatabases } from '../support/throwawayDatabase.ts'
import { whyOf } from '../support/whyOf.ts'
import { described, fuzz, sampleOf } from './fuzz.ts'
import { growthOf, heapSizes, mostGrowth } from './growth.ts'
import { readOptions, usage } from './options.ts'
import { openSession, type Session } from './session.ts'
import { startWatchedGateway } from './watchedGateway.ts'

/** Of one batch of one target. */
const requests = 300
/** How many are sent again and again while the heap is looked at. */
const repeated = 1_400

const options = optionsOrUsage({ args: process.argv.slice(2), read: readOptions, usage }) ?? process.exit()
const { seconds, seed, only, database, running } = options
let failed = 0
say(`seed ${seed}`)
if (running) {
  const session = await openSession(running).catch((thrown: unknown) => {
    fail(`cannot run against ${running.address}: ${whyOf(thrown)}`)
    return null
  })
  if (session) await fuzzed(session)
  session?.close()
} else {
  const databases = await throwawayDatabases(database)
  try {
    const gateway = await startWatchedGateway(await databases.create())
    const { memory, resident, stop } = gateway
    try {
      const session = await openSession(gateway)
      await fuzzed(session, async () => {
        say(`${counted(session)}; heap ${mebibytes(await memory.heap())}, resident ${mebibytes(resident())}`)
      })
      const sizes = await heapSizes({ session, memory, requests: sampleOf(seed, repeated) })
      say(`heap, the same ${repeated} requests again and again: ${sizes.map(mebibytes).join(', ')}`)
      if (growthOf(sizes) > mostGrowth) fail(`the heap has grown by ${mebibytes(growthOf(sizes))}`)
      session.close()
    } finally {
      await stop()
    }
  } finally {
    await databases.remove()
  }
}

say(failed === 0 ? 'nothing was found' : `${failed} failed`)

async function fuzzed(session: Session, onBatch?: () => Promise<void>): Promise<void> {
  const until = Date.now() + seconds * 1_000
  const failures = await fuzz({ session, seed, until, only, requests, ...(onBatch && { onBatch }) })
  for (const failure of failures) fail(described(failure))
  say(counted(session))
}

function counted({ counts }: Session): string {
  const all = [...counts].sort(([one], [other]) => one - other)
  const total = all.reduce((sum, [, count]) => sum + count, 0)
  return `${total} requests: ${all.map(([status, count]) => `${status} ${count}`).join(', ')}`
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MiB`
}

function fail(text: string): void {
  say(`\nFAILED  ${text}\n`)
  failed += 1
  process.exitCode = 1
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
