import { expect, it, onTestFinished } from 'vitest'
import { factor } from '../support/factor.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { databaseName, databaseOfTest } from '../support/testDatabase.ts'
import { integrityOf } from './integrity.ts'
import { startLoad } from './load.ts'
import { losses } from './losses.ts'
import { populate } from './people.ts'
import { serve } from './servedGateway.ts'

const rounds = factor(8)
const timeout = Math.max(120_000, factor(120_000))

it(
  'a gateway that is killed in the middle of load has kept all that it acknowledged',
  { timeout },
  async () => {
    const { url } = await databaseOfTest()
    const folder = await temporaryFolder()
    const start = () => serve(folder, { environment: { DATABASE_URL: url } })
    let gateway = await start()
    onTestFinished(() => gateway.process.stop('SIGKILL').then(() => undefined))
    const people = await populate(gateway.fetch)
    for (let round = 0; round < rounds; round++) {
      const load = startLoad(gateway.fetch, people)
      await load.acknowledged(Math.random() * 40)
      expect(await gateway.process.stop('SIGKILL')).toBe('SIGKILL')
      expect(await load.stop()).toMatchObject({ unavailable: 0, problems: [] })
      if (databaseName === 'sqlite') expect(await integrityOf(url.replace('file:', ''))).toBe('ok')
      gateway = await start()
      expect(await losses(gateway.fetch, people)).toEqual([])
    }
  },
)
