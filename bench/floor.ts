// What both floors do alike: the server, the pool, the write, and the answer, all by hand.

import { hash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'pg'

/** Elasticsearch's body. */
export interface FloorBody {
  readonly grant_type?: unknown
  readonly username?: unknown
  readonly password?: unknown
  readonly access_token?: unknown
}

/** Whom a grant proves. */
export interface FloorSubject {
  readonly username: string
  readonly roles: readonly string[]
  readonly full_name: string | null
  readonly email: string | null
  readonly realm_name: string
}

/** A profile as its row has it. */
export interface FloorProfile extends FloorSubject {
  readonly uid: string
  readonly enabled: boolean
  readonly last_synchronized: string
  readonly labels: object
  readonly seq_no: string
}

/** What a floor answers. */
export interface FloorAnswer {
  readonly status: number
  readonly body: object
}

/** Opens the pool that the environment asks for. */
export function openFloorPool(): Pool {
  const { DATABASE_URL: connectionString, POOL_SIZE: max } = process.env
  return new Pool({ connectionString, max: Number(max) })
}

/** Answers until it is told to stop, and says on standard error where. */
export function serveFloor(
  answer: (authorization: string | undefined, body: FloorBody) => Promise<FloorAnswer>,
  answered?: (request: IncomingMessage, status: number, ms: number) => void,
): void {
  // Fastify's, so that no server closes a connection that the others keep.
  const server = createServer({ keepAliveTimeout: 72_000 }, (request, response) => {
    const begun = performance.now()
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      respond(request, chunks)
        .catch((error: unknown): FloorAnswer => ({ status: 500, body: { error: String(error) } }))
        .then(({ status, body }) => {
          const text = JSON.stringify(body)
          response.writeHead(status, {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
          })
          response.end(text)
          answered?.(request, status, Math.round(performance.now() - begun))
        })
        .catch((error: unknown) => response.destroy(error as Error))
    })
  })
  server.listen(0, '127.0.0.1', () => {
    process.stderr.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
  })

  async function respond({ method, url, headers }: IncomingMessage, chunks: Buffer[]): Promise<FloorAnswer> {
    if (method !== 'POST' || url !== '/_security/profile/_activate') return { status: 404, body: {} }
    return answer(headers.authorization, JSON.parse(Buffer.concat(chunks).toString()) as FloorBody)
  }
}

/** How a token of the floor's own is found. */
export function hashOf(token: string): string {
  return hash('sha256', token, 'base64url')
}

/** The one profile of a user. */
export function floorUidOf(username: string): string {
  return `u_${hash('sha256', username, 'base64url')}_0`
}

/** Creates or refreshes a user's profile, in one prepared statement. */
export async function writeProfile(pool: Pool, subject: FloorSubject): Promise<FloorProfile> {
  const { username, roles, full_name, email, realm_name } = subject
  const { rows } = await pool.query<FloorProfile>({
    name: 'writeProfile',
    text: upsert,
    values: [floorUidOf(username), username, roles, full_name, email, realm_name],
  })
  const [profile] = rows
  if (!profile) throw new Error('an upsert has returned no row')
  return profile
}

const upsert = `
  INSERT INTO profiles AS p (uid, username, roles, full_name, email, realm_name, enabled, last_synchronized, labels, data, seq_no)
  VALUES ($1, $2, $3, $4, $5, $6, true, (extract(epoch FROM clock_timestamp()) * 1000)::bigint, '{}', '{}', 0)
  ON CONFLICT (uid) DO UPDATE SET
    username = excluded.username, roles = excluded.roles, full_name = excluded.full_name, email = excluded.email,
    realm_name = excluded.realm_name, enabled = true, seq_no = p.seq_no + 1,
    last_synchronized = greatest(excluded.last_synchronized, p.last_synchronized)
  RETURNING uid, username, roles, full_name, email, realm_name, enabled, last_synchronized, labels, seq_no`

/** Elasticsearch's answer. */
export function activated(profile: FloorProfile): FloorAnswer {
  const { uid, enabled, last_synchronized, username, roles, realm_name, email, full_name, labels, seq_no } =
    profile
  return {
    status: 200,
    body: {
      uid,
      enabled,
      last_synchronized: Number(last_synchronized),
      user: {
        username,
        roles,
        realm_name,
        ...(email !== null && { email }),
        ...(full_name !== null && { full_name }),
      },
      labels,
      data: {},
      _doc: { _primary_term: 1, _seq_no: Number(seq_no) },
    },
  }
}

/** The answer to whom nothing proves. */
export function refused(status: 401 | 403): FloorAnswer {
  return { status, body: { error: { type: 'security_exception' }, status } }
}
