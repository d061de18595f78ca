import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gateway } from '../cliProcess.ts'
import { provision } from './people.ts'
import { temporaryFolder } from './temporaryFolder.ts'
import { elastic, overSocket, type Fetch } from './testApp.ts'
import { databaseName, databaseOfTest } from './testDatabase.ts'
import { unevenNetwork } from './unevenNetwork.ts'

/** Gateway processes on one database, and how to ask each of them. */
export type Gateways = readonly [Fetch, ...Fetch[]]

interface Deployment {
  readonly name: string
  readonly processes: number
  /** Whether what goes between gateways and database is late now and then. */
  readonly uneven: boolean
}

const onSqlite: Deployment = { name: 'of one gateway', processes: 1, uneven: false }
const onPostgresql: Deployment = { name: 'of two gateways', processes: 2, uneven: false }

/** As how many processes the gateway is run on this kind of database. */
export const deployment = databaseName === 'sqlite' ? onSqlite : onPostgresql

/** The same, and where those win races who lose them otherwise. */
export const deployments: readonly Deployment[] =
  databaseName === 'sqlite'
    ? [onSqlite]
    : [onPostgresql, { name: 'of two gateways far from their database', processes: 2, uneven: true }]

/**
 * Starts the gateways of one test on a new database, with the people of `people.ts` and what `gateway.yml` says. They
 * are killed when the test is over.
 */
export async function startGateways({ processes, uneven }: Deployment, settings = '{}'): Promise<Gateways> {
  const folder = await temporaryFolder()
  const { url } = await databaseOfTest()
  const [first, ...others] = await Promise.all([
    start(1),
    ...Array.from({ length: processes - 1 }, (_, index) => start(index + 2)),
  ])
  await provision(first)
  return [first, ...others]

  async function start(number: number): Promise<Fetch> {
    const own = join(folder, `gateway-${number}`)
    await mkdir(own)
    await writeFile(join(own, 'gateway.yml'), settings)
    const DATABASE_URL = uneven ? await unevenNetwork(url) : url
    const environment = { DATABASE_URL, ELASTIC_PASSWORD: elastic.password, LOG_LEVEL: 'warn' }
    return overSocket(await gateway(['serve'], own, environment).address())
  }
}
