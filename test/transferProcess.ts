import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gateway } from './cliProcess.ts'
import { finished } from './migrateProcess.ts'
import { emptyDatabase } from './support/emptyDatabase.ts'
import { elastic } from './support/testApp.ts'
import { temporaryFolder } from './support/temporaryFolder.ts'
import { bcryptHash, hashedUid } from './transfer/cluster.ts'

export const user = { kind: 'user', username: 'ada', password_hash: bcryptHash, roles: [] }
export const broken = { ...user, username: 'eve', password_hash: 's3cret-hash' }

/** What is said of an import that has not imported anything. */
export const stillEmpty =
  'roles: 0 imported\nrole mappings: 0 imported\nusers: 0 imported\nprofiles: 0 imported\n'

/** A database, and a folder to start commands in. */
export async function prepared() {
  const database = await emptyDatabase()
  const folder = await temporaryFolder()
  const environment = { DATABASE_URL: database.url, ELASTIC_PASSWORD: elastic.password }
  const start = (...args: string[]) => gateway(args, folder, environment)
  return {
    ...database,
    folder,
    start,
    command: (...args: string[]) => finished(start(...args)),
    write: (name: string, content: string | Buffer) => writeFile(join(folder, name), content),
    read: (name: string) => readFile(join(folder, name), 'utf8'),
  }
}

export function profiles(count: number, from = 0): object[] {
  return Array.from({ length: count }, (_, n) => ({
    ...{ kind: 'profile', uid: hashedUid(`user-${from + n}`), last_synchronized: n },
    user: { username: `user-${from + n}`, roles: ['a'], realm: { name: 'native', type: 'native' } },
    data: { app: { text: 'x'.repeat(100) } },
  }))
}
