import { hash } from '@node-rs/argon2'
import { jacknich, jacknichUser } from '../support/people.ts'
import { basic, elastic, overSocket, rest, type Credentials, type Fetch } from '../support/testApp.ts'
import { canary } from './canary.ts'
import { createInvariants } from './invariants.ts'
import { WireConnection, type WireAnswer, type WireRequest } from './wire.ts'

/** Who sends requests. What becomes of them is mended before each batch. */
const callers = {
  admin: { username: 'fuzz-admin', password: `admin-${canary}` },
  application: { username: 'fuzz-application', password: `application-${canary}` },
  nobody: { username: 'fuzz-nobody', password: `nobody-${canary}` },
} satisfies Record<string, Credentials>

const roles = { admin: ['superuser'], application: ['fuzz-application'], nobody: [] }

/** The gateway's own: what it has proven once, it need not prove again. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** What stands for a header's value that only a gateway can give. */
export const placeholders = ['<admin>', '<application>', '<nobody>', '<token>', '<apiKey>'] as const
type Placeholder = (typeof placeholders)[number]

/** A gateway that is sent requests, and watched. */
export interface Session {
  /** Sends a request. Answers what is wrong with how it was answered, or null. */
  readonly attempt: (request: WireRequest) => Promise<string | null>
  /** Makes those who send requests as they were. Answers what is wrong with the gateway, or null. */
  readonly renew: () => Promise<string | null>
  /** How many requests were sent, and how they were answered. */
  readonly counts: ReadonlyMap<number, number>
  readonly close: () => void
}

interface SessionParts {
  address: string
  /** Of a superuser. */
  admin?: Credentials
  /** What is wrong with the gateway as far as it can be seen from outside, or null. */
  watch?: () => string | null
}

export async function openSession({
  address,
  admin = elastic,
  watch = () => null,
}: SessionParts): Promise<Session> {
  const fetch = overSocket(address)
  const counts = new Map<number, number>()
  const values = new Map<string, string>()
  let connection: WireConnection | null = null
  const hashes = new Map<string, string>()
  for (const { password } of [...Object.values(callers), jacknich])
    hashes.set(password, await hash(password, cost))
  const problemOf = createInvariants(await plainAnswers())
  const uid = await prepared()

  return {
    counts,
    async attempt(request) {
      const filled = {
        ...request,
        headers: request.headers.map(([name, value]) => [name, fill(value)] as const),
      }
      try {
        const answer = await exchange(filled)
        counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1)
        return problemOf(filled, answer) ?? watch()
      } catch (error) {
        connection?.close()
        return watch() ?? (error instanceof Error ? error.message : String(error))
      }
    },

    async renew() {
      try {
        const now = await prepared()
        if (now !== uid) return `the uid was ${uid}, and is ${now}`
        const ready = await fetch('/health/ready')
        return ready.status === 200 ? watch() : `/health/ready: ${ready.status} ${await ready.text()}`
      } catch (error) {
        return watch() ?? String(error)
      }
    },

    close: () => connection?.close(),
  }

  async function exchange(request: WireRequest): Promise<WireAnswer> {
    if (!connection?.isOpen) connection = await WireConnection.open(address)
    return connection.exchange(request)
  }

  /** What each door says of nothing special: its headers are those of all answers. */
  async function plainAnswers() {
    const plain = (target: string) => exchange({ method: 'GET', target, headers: [], body: null })
    return { rest: await plain('/'), graphql: await plain('/graphql') }
  }

  function fill(value: string): string {
    return placeholders.reduce((text, name) => text.replaceAll(name, () => values.get(name) ?? ''), value)
  }

  /** Makes everybody, as an operator would, and activates a profile whose uid must stay. */
  async function prepared(): Promise<string> {
    await put('role/fuzz-application', {
      cluster: ['manage_user_profile', 'manage_token', 'manage_own_api_key'],
    })
    for (const [name, { username, password }] of Object.entries(callers)) {
      await put(`user/${username}`, {
        password_hash: hashes.get(password),
        roles: roles[name as keyof typeof roles],
      })
      set(`<${name as keyof typeof callers}>`, basic({ username, password }))
    }
    const { password, ...user } = jacknichUser
    await put(`user/${jacknich.username}`, { ...user, password_hash: hashes.get(password) })
    const { access_token: token } = await ask(callers.application, 'POST', 'oauth2/token', {
      grant_type: 'client_credentials',
    })
    set('<token>', `Bearer ${String(token)}`)
    const { encoded } = await ask(callers.admin, 'POST', 'api_key', { name: 'fuzz' })
    set('<apiKey>', `ApiKey ${String(encoded)}`)
    const activated = await ask(callers.application, 'POST', 'profile/_activate', {
      grant_type: 'password',
      ...jacknich,
    })
    return String(activated.uid)
  }

  function set(name: Placeholder, value: string): void {
    values.set(name, value)
  }

  function put(path: string, body: object): Promise<unknown> {
    return ask(admin, 'PUT', path, body)
  }

  function ask(
    by: Credentials,
    method: string,
    path: string,
    body: object,
  ): Promise<Record<string, unknown>> {
    return asked(fetch, by, method, `/_security/${path}`, body)
  }
}

async function asked(
  fetch: Fetch,
  by: Credentials,
  method: string,
  path: string,
  body: object,
): Promise<Record<string, unknown>> {
  const { status, ...answer } = await rest(fetch, method, path, by, body)
  if (status !== 200) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer.body)}`)
  return answer.body as Record<string, unknown>
}
