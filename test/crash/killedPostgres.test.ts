import { afterAll, describe, expect, it } from 'vitest'
import { factor } from '../support/factor.ts'
import { startPostgres } from '../support/postgres.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { startLoad } from './load.ts'
import { losses } from './losses.ts'
import { populate } from './people.ts'
import { serve } from './servedGateway.ts'

const rounds = factor(4)

const postgres = await startPostgres({ durable: true })
afterAll(() => postgres.close())

describe(
  'a PostgreSQL that is killed in the middle of load',
  { timeout: Math.max(120_000, factor(120_000)) },
  () => {
    it('has kept all that was acknowledged, and the gateway finds it again by itself', async () => {
      const { fetch, people } = await serveOn(await postgres.createDatabase())
      for (let round = 0; round < rounds; round++) {
        const load = startLoad(fetch, people)
        await load.acknowledged(20 + Math.random() * 40)
        await postgres.stop('SIGKILL')
        await load.unavailable(20)
        await postgres.start()
        await load.acknowledged(load.seen().acknowledged + 50)
        expect(await load.stop()).toMatchObject({ broken: 0, problems: [] })
        expect(await losses(fetch, people)).toEqual([])
      }
    })

    it('would be noticed to lose something if it did not wait for what it writes', async () => {
      const { fetch, people } = await serveOn(await postgres.createDatabase())
      await configure(
        'synchronous_commit = off',
        "wal_writer_delay = '10s'",
        "wal_writer_flush_after = '1GB'",
      )
      const load = startLoad(fetch, people)
      await load.acknowledged(100)
      await postgres.stop('SIGKILL')
      await load.stop()
      await postgres.start()
      await postgres.query('ALTER SYSTEM RESET ALL')
      await postgres.query('SELECT pg_reload_conf()')
      expect(await losses(fetch, people)).not.toEqual([])
    })
  },
)

/** A gateway on a database, with people in it. */
async function serveOn(url: string) {
  const { process, fetch } = await serve(await temporaryFolder(), { environment: { DATABASE_URL: url } })
  return { process, fetch, people: await populate(fetch) }
}

/** Changes settings of the server while it runs. */
async function configure(...settings: string[]): Promise<void> {
  for (const setting of settings) await postgres.query(`ALTER SYSTEM SET ${setting}`)
  await postgres.query('SELECT pg_reload_conf()')
}
