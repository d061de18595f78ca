import { randomBytes, randomUUID } from 'node:crypto'
import { Failure } from '../errors.ts'
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

/** The key under which the audit logs of all gateways hash names: made by whoever needs it first, and kept. */
export async function auditKey({ cluster }: Client): Promise<string> {
  const made = randomBytes(32).toString('base64url')
  await cluster.updateMany({ where: { id: 1, auditKey: null }, data: { auditKey: made } })
  const row = await cluster.findUnique({ where: { id: 1 }, select: { auditKey: true } })
  if (row?.auditKey) return row.auditKey
  throw new Failure('CONFIGURATION', rowMissing)
}

const rowMissing = 'the database lacks the row of the cluster: restart the gateway'

/** The security epoch as a statement has read it. Without it nobody could know which roles count. */
export function epochOut(column: bigint | number | null | undefined): number {
  if (typeof column === 'bigint' || typeof column === 'number') return Number(column)
  throw new Failure('CONFIGURATION', rowMissing)
}

/** The security epoch of now. */
export async function readSecurityEpoch({ cluster }: Client): Promise<number> {
  const row = await cluster.findUnique({ where: { id: 1 }, select: { securityEpoch: true } })
  return epochOut(row?.securityEpoch)
}

/** Agrees on realms and domains, if no gateway has yet, or if these are to be adopted. Answers what is agreed then. */
export async function agreeOnRealms(client: Client, realms: string, adopt: boolean): Promise<string> {
  const where = { id: 1, ...(!adopt && { realms: null }) }
  await client.cluster.updateMany({ where, data: { realms } })
  return agreedRealms(client)
}

/** The realms and domains on which the gateways have agreed: those of the first one, or of whoever had them adopted. */
export async function agreedRealms({ cluster }: Client): Promise<string> {
  const row = await cluster.findUnique({ where: { id: 1 }, select: { realms: true } })
  return row?.realms ?? ''
}
