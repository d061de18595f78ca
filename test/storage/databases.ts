import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { UserRepository } from '../../src/authentication/userRepository.ts'
import type { RoleRepository } from '../../src/authorization/roleRepository.ts'
import type { ProfileRepository } from '../../src/profile/repository.ts'
import { clusterUuid } from '../../src/storage/cluster.ts'
import { openSqlite } from '../../src/storage/database.ts'
import { createProfileRepository } from '../../src/storage/profiles.ts'
import { createRoleRepository } from '../../src/storage/roles.ts'
import { createUserRepository } from '../../src/storage/users.ts'

/** A new and empty database, and our ports on it. */
export interface TestDatabase {
  readonly users: UserRepository
  readonly roles: RoleRepository
  readonly profiles: ProfileRepository
  readonly clusterUuid: () => Promise<string>
  /** Sets what no port writes yet, past the ports. */
  readonly setDocuments: (uid: string, documents: Documents) => Promise<void>
  readonly empty: () => Promise<void>
  readonly close: () => Promise<void>
}

interface Documents {
  readonly labels: object
  readonly data: object
}

interface Database {
  readonly name: string
  /** `clock` is the database's, where it has none of its own. */
  readonly open: (clock?: () => number) => Promise<TestDatabase>
}

export const sqlite: Database = { name: 'sqlite', open: openSqliteForTest }

/** What every contract suite runs on. `DATABASES=sqlite` narrows it. */
export const databases: readonly Database[] = chosen([sqlite])

/** Opens the database for a suite. What it returns gives each test the ports, with nothing behind them. */
export function prepared({ open }: Database, clock?: () => number): () => Promise<TestDatabase> {
  let database: TestDatabase
  beforeAll(async () => {
    database = await open(clock)
  })
  afterAll(() => database.close())
  return async () => {
    await database.empty()
    return database
  }
}

async function openSqliteForTest(clock: () => number = Date.now): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  const { client, close } = await openSqlite(`file:${join(folder, 'gateway.db')}`)
  return {
    users: createUserRepository(client),
    roles: createRoleRepository(client),
    profiles: createProfileRepository({ client, clock }),
    clusterUuid: () => clusterUuid(client),
    async setDocuments(uid, { labels, data }) {
      const [labelsText, dataText] = [JSON.stringify(labels), JSON.stringify(data)]
      await client.$executeRaw`UPDATE profiles SET labels = ${labelsText}, data = ${dataText} WHERE uid = ${uid}`
    },
    async empty() {
      for (const table of ['users', 'roles', 'profiles', 'cluster']) {
        await client.$executeRawUnsafe(`DELETE FROM ${table}`)
      }
    },
    async close() {
      await close()
      await rm(folder, { recursive: true })
    },
  }
}

function chosen(all: readonly Database[]): readonly Database[] {
  const names = process.env.DATABASES?.split(',') ?? all.map(({ name }) => name)
  return names.map((name) => {
    const database = all.find((one) => one.name === name)
    if (!database)
      throw new Error(`DATABASES names ${name}, but there is only ${all.map((one) => one.name).join()}`)
    return database
  })
}

/** What is stored as a profile's application data, or null if there is no such profile. */
export async function dataOf(profiles: Pick<ProfileRepository, 'findWithData'>, uid: string) {
  const [profile] = await profiles.findWithData([uid])
  return profile?.data ?? null
}
