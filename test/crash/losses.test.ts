import { stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { startLoad } from './load.ts'
import { losses } from './losses.ts'
import { populate } from './people.ts'
import { serve } from './servedGateway.ts'

it(
  'a gateway that lost the end of its WAL is noticed to have lost something',
  { timeout: 120_000 },
  async () => {
    const folder = await temporaryFolder()
    const { process, fetch } = await serve(folder)
    const people = await populate(fetch)
    const load = startLoad(fetch, people)
    await load.acknowledged(60)
    await process.stop('SIGKILL')
    await load.stop()
    const wal = join(folder, 'data/gateway.db-wal')
    const { size } = await stat(wal)
    await truncate(wal, Math.floor(size * 0.8))
    const next = await serve(folder)
    expect(await losses(next.fetch, people)).not.toEqual([])
  },
)
