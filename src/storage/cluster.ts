import { randomUUID } from 'node:crypto'
import type { Client } from './client.ts'

/** What names this database to clients: made by whoever opens it first, and kept. */
export async function clusterUuid({ cluster }: Client): Promise<string> {
  const { uuid } = await cluster.upsert({
    where: { id: 1 },
    create: { id: 1, uuid: randomUUID() },
    // Changes nothing; with nothing to update, Prisma would not do it in one statement.
    update: { id: 1 },
  })
  return uuid
}
