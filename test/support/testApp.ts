import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { createApp, type App } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import type { Destination } from '../../src/audit/destination.ts'
import { newDatabase, type NewDatabase } from './testDatabase.ts'

/** `fetch`, but for paths of the gateway: in process, or over a socket. */
export type Fetch = (path: string, init?: RequestInit) => Promise<Response>

export interface TestApp {
  readonly app: App
  /** Sends a request in process. */
  readonly fetch: Fetch
  /** Everything that was logged so far. */
  readonly logs: () => string
  /** Every audit line so far, unless they go where the settings say. */
  readonly audit: () => AuditLine[]
  /** Moves the clock, in milliseconds. */
  readonly advance: (milliseconds: number) => Promise<void>
  /** Runs a statement past the gateway, and answers with its rows. */
  readonly run: NewDatabase['run']
  readonly close: () => Promise<void>
}

interface TestAppOptions {
  /** Environment variables beside those that every test has. */
  environment?: Record<string, string>
  /** What `gateway.yml` says. */
  settings?: string
  /** Whether audit lines go where the settings say, and not to the test. */
  auditAsSet?: boolean
  /** Whether its realms are to be adopted. */
  adoptRealms?: boolean
  /** Where its clock stands at first, in epoch milliseconds. */
  now?: number
}

/** An audit line as it was read. */
export interface AuditLine {
  readonly event: {
    readonly action: string
    readonly outcome: string
    readonly type: readonly string[]
    readonly reason?: string
    readonly id?: string
  }
  readonly http: { readonly request: { readonly id: string } }
  readonly user?: { readonly name?: string; readonly hash?: string }
  readonly profile_gateway: Readonly<Record<string, unknown>>
}

export interface Credentials {
  readonly username: string
  readonly password: string
}

export const elastic = { username: 'elastic', password: 'elastic-p@ssw0rd' }

/** The whole gateway in process, on a database of its own, with a clock that only the test moves. */
export async function createTestApp({
  environment = {},
  settings,
  auditAsSet = false,
  adoptRealms = false,
  now = 1_800_000_000_000,
}: TestAppOptions = {}): Promise<TestApp> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  const database = await newDatabase()
  const lines: string[] = []
  const destination = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk))
      done()
    },
  })
  let audited = ''
  const auditTo: Destination = {
    mostBytes: 1_048_576,
    write(lines) {
      audited += lines
      return Promise.resolve()
    },
    reopen: () => undefined,
    close: () => undefined,
  }
  if (settings !== undefined) await writeFile(join(folder, 'gateway.yml'), settings)
  const config = loadConfig(
    {
      PORT: '0',
      DATABASE_URL: database.url,
      ELASTIC_PASSWORD: elastic.password,
      ...(settings !== undefined && { GATEWAY_CONFIG: join(folder, 'gateway.yml') }),
      ...environment,
    },
    null,
  )
  await database.setTime(now)
  const app = await createApp({
    config,
    logger: pino({ level: 'debug' }, destination),
    // On PostgreSQL the gateway's own is for the times in tokens alone.
    clock: () => now,
    adoptRealms,
    ...(!auditAsSet && { auditTo }),
  })
  return {
    app,
    fetch: inProcess(app),
    logs: () => lines.join(''),
    audit: () =>
      audited
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as AuditLine),
    advance(milliseconds) {
      now += milliseconds
      return database.setTime(now)
    },
    run: database.run,
    async close() {
      await app.close()
      await database.remove()
      await rm(folder, { recursive: true })
    },
  }
}

/** Fetches over a socket from wherever the gateway listens. */
export function overSocket(address: string): Fetch {
  return (path, init) => fetch(address + path, init)
}

/** Fetches from a gateway that does not listen. */
export function inProcess({ server }: App): Fetch {
  return async (path, init = {}) => {
    const { method = 'GET', headers, body } = init
    const request = new Request(`http://gateway${path}`, { ...init, ...(body && { duplex: 'half' }) })
    const response = await server.inject({
      method: method,
      url: path,
      headers: { ...Object.fromEntries(request.headers), ...Object.fromEntries(new Headers(headers)) },
      ...(body && { payload: Buffer.from(await request.arrayBuffer()) }),
    })
    const answered = new Headers()
    for (const [name, value] of Object.entries(response.headers)) {
      for (const one of [value].flat()) if (one !== undefined) answered.append(name, String(one))
    }
    const empty = [204, 304].includes(response.statusCode) || method === 'HEAD'
    return new Response(empty ? null : new Uint8Array(response.rawPayload), {
      status: response.statusCode,
      headers: answered,
    })
  }
}

export function basic({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

// oxlint-disable-next-line typescript/no-explicit-any -- what a body holds is for the test to say
export interface Answered<Body = any> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

/** Sends JSON at Elasticsearch's address. */
export async function rest(
  fetch: Fetch,
  method: string,
  path: string,
  caller: Credentials | null,
  body?: unknown,
): Promise<Answered> {
  const response = await fetch(path, {
    method,
    headers: {
      ...(caller && { authorization: basic(caller) }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return answered(response)
}

/** Runs a GraphQL operation by POST. */
export async function graphql(
  fetch: Fetch,
  caller: Credentials | null,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Answered> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      ...(caller && { authorization: basic(caller) }),
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
    },
    body: JSON.stringify({ query, variables }),
  })
  return answered(response)
}

async function answered(response: Response): Promise<Answered> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') && text !== ''
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as unknown) : text,
  }
}
