import { randomBytes, randomUUID } from 'node:crypto'
import { sqltag as sql } from '@prisma/client/runtime/client'
import { Failure } from '../errors.ts'
import type { Connected } from './client.ts'
import { given } from './statement.ts'

/** What is read of the row, of which there is one. */
interface Row {
  readonly securityEpoch: bigint | number
  readonly realms: string | null
  readonly auditKey: string | null
}

/**
 * What all gateways of a database have in common. Each start asks for it, and so past the client, whose compiler would be
 * an eighth of a start.
 */
export function createCluster({ prepare }: Pick<Connected, 'prepare'>) {
  const readRow = prepare<Row>(
    sql`SELECT "securityEpoch", "realms", "auditKey" FROM "cluster" WHERE "id" = 1`,
  )
  // Changes nothing of a row that is there, but finds out who may not write.
  const makeRow = prepare<{ readonly uuid: string }>(
    sql`INSERT INTO "cluster" ("id", "uuid") VALUES (1, ${given}) ON CONFLICT ("id") DO UPDATE SET "id" = 1 RETURNING "uuid"`,
  )
  const keepAuditKey = prepare(
    sql`UPDATE "cluster" SET "auditKey" = ${given} WHERE "id" = 1 AND "auditKey" IS NULL`,
  )
  const keepRealms = prepare(
    sql`UPDATE "cluster" SET "realms" = ${given} WHERE "id" = 1 AND "realms" IS NULL`,
  )
  const putRealms = prepare(sql`UPDATE "cluster" SET "realms" = ${given} WHERE "id" = 1`)

  return {
    uuid,

    /** The key under which the audit logs of all gateways hash names: made by whoever needs it first, and kept. */
    async auditKey(): Promise<string> {
      const { auditKey } = await required()
      if (auditKey !== null) return auditKey
      await keepAuditKey(randomBytes(32).toString('base64url'))
      return (await required()).auditKey ?? lacking()
    },

    /** The security epoch of now. */
    securityEpoch: async (): Promise<number> => epochOut((await read())?.securityEpoch),

    /** Agrees on realms and domains, if no gateway has yet, or if these are to be adopted. Answers what is agreed then. */
    async agreeOnRealms(realms: string, adopt: boolean): Promise<string> {
      const agreed = adopt ? '' : await agreedRealms()
      if (agreed !== '') return agreed
      await (adopt ? putRealms : keepRealms)(realms)
      return agreedRealms()
    },

    agreedRealms,
  }

  /** What names the database to clients: made by whoever opens it first, and kept. */
  async function uuid(): Promise<string> {
    const [row] = await makeRow(randomUUID())
    return row?.uuid ?? lacking()
  }

  /** The realms and domains on which the gateways have agreed: those of the first one, or of whoever had them adopted. */
  async function agreedRealms(): Promise<string> {
    return (await read())?.realms ?? ''
  }

  async function read(): Promise<Row | undefined> {
    const [row] = await readRow('')
    return row
  }

  async function required(): Promise<Row> {
    return (await read()) ?? lacking()
  }
}

/** The security epoch as a statement has read it. Without it nobody could know which roles count. */
export function epochOut(column: bigint | number | null | undefined): number {
  return typeof column === 'bigint' || typeof column === 'number' ? Number(column) : lacking()
}

function lacking(): never {
  throw new Failure('CONFIGURATION', 'the database lacks the row of the cluster: restart the gateway')
}
