import { gateway, type Process } from './cliProcess.ts'
import { dialectOf } from './support/dialects.ts'
import { emptyDatabase } from './support/emptyDatabase.ts'
import { lastRelease, migrationsOf } from './support/releases.ts'
import { temporaryFolder } from './support/temporaryFolder.ts'
import { elastic } from './support/testApp.ts'

export const upToDate = 'The database has every migration of this release.\n'

/** An empty database, a folder to start commands in, and what is to be expected of them. */
export async function prepared() {
  const database = await emptyDatabase()
  const folder = await temporaryFolder()
  const dialect = dialectOf(database.url)
  const migrations = await migrationsOf(dialect)
  const environment = { DATABASE_URL: database.url, ELASTIC_PASSWORD: elastic.password }
  const start = (...args: string[]) => gateway(args, folder, environment)
  const command = (...args: string[]) => finished(start(...args))
  return { database, folder, dialect, migrations, release: lastRelease(migrations), start, command }
}

/** How a process has ended, and what it has printed. */
export async function finished(ran: Process) {
  return { code: await ran.ended, out: ran.out, err: ran.err }
}
