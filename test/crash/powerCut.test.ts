import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Environment } from '../cliProcess.ts'
import { factor } from '../support/factor.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { integrityOf } from './integrity.ts'
import { startLoad } from './load.ts'
import { losses } from './losses.ts'
import { populate } from './people.ts'
import { activateByRest } from './requests.ts'
import { serve } from './servedGateway.ts'
import { traceOf, tracedTo, untraceable, type Trace } from './trace.ts'

const oneAfterTheOther = 20
const atOnce = factor(100)

// A killed process leaves everything in the page cache: what a power cut takes is seen only in the system calls.
describe.runIf(untraceable === null)(
  untraceable === null ? 'a power cut, on SQLite' : `a power cut without a trace: ${untraceable}`,
  { timeout: Math.max(120_000, factor(120_000)) },
  () => {
    it('loses nothing: no answer leaves before all that was written is synced', async () => {
      const { answers, syncs, tooEarly } = await traced()
      expect(tooEarly).toEqual([])
      expect(answers).toBeGreaterThanOrEqual(oneAfterTheOther + atOnce)
      // Each activation has written, and nobody wrote beside it whose sync it could have shared.
      expect(syncs).toBeGreaterThanOrEqual(oneAfterTheOther)
    })

    it('would be noticed to lose something if SQLite did not sync', async () => {
      const unsynced = join(import.meta.dirname, 'unsynced.ts')
      const { syncs, tooEarly } = await traced({ NODE_OPTIONS: `--import=${unsynced}` })
      expect(syncs).toBeLessThan(oneAfterTheOther)
      expect(tooEarly.length).toBeGreaterThanOrEqual(oneAfterTheOther + atOnce)
    })

    it('takes nothing with it that a failing disk did not sync: that is answered 503', async () => {
      const folder = await temporaryFolder()
      const failing = '-e inject=fsync,fdatasync:error=EIO:when=100..120'
      const { process, fetch } = await serve(folder, { under: tracedTo(join(folder, 'trace'), failing) })
      const people = await populate(fetch)
      const load = startLoad(fetch, people)
      await load.unavailable(10)
      await load.acknowledged(load.seen().acknowledged + 50)
      expect(await load.stop()).toMatchObject({ broken: 0, problems: [] })
      expect(await losses(fetch, people)).toEqual([])
      await process.stop('SIGKILL')
      expect(await integrityOf(join(folder, 'data/gateway.db'))).toBe('ok')
      const next = await serve(folder)
      expect(await losses(next.fetch, people)).toEqual([])
    })
  },
)

/** What a gateway under load writes and syncs. */
async function traced(environment?: Environment): Promise<Trace> {
  const folder = await temporaryFolder()
  const file = join(folder, 'trace')
  const { process, fetch } = await serve(folder, {
    under: tracedTo(file),
    ...(environment && { environment }),
  })
  const people = await populate(fetch)
  const [person] = people.regulars
  for (let n = 0; n < oneAfterTheOther && person; n++) {
    expect(await activateByRest(fetch, person)).toMatchObject({ status: 200 })
  }
  const load = startLoad(fetch, people)
  await load.acknowledged(atOnce)
  expect(await load.stop()).toMatchObject({ unavailable: 0, broken: 0, problems: [] })
  expect(await process.stop()).toBe(0)
  return traceOf(await readFile(file, 'utf8'))
}
