// Floor B: the gateway's work by hand. The caller is authenticated and needs the privilege, a proven password is
// remembered against the hash read for the request, a profile that would not change is left for the grace, and each
// request makes a line of log.

import { createHmac, randomBytes } from 'node:crypto'
import { verify } from '@node-rs/argon2'
import { pino } from 'pino'
import {
  activated,
  createTokenVerification,
  floorUidOf,
  openFloorPool,
  refused,
  serveFloor,
  writeProfile,
  type FloorBody,
  type FloorProfile,
  type FloorSubject,
} from './floor.ts'

interface Account extends FloorSubject {
  readonly password_hash: string
  readonly enabled: boolean
}

/** What a user's profile is now, and how old, by the database's clock. */
interface Current {
  readonly profile: (FloorProfile & { age: number }) | null
}

const pool = openFloorPool()
const grace = Number(process.env.GRACE_MS)
const logger = pino()
const userOfToken = await createTokenVerification()
const proofs = new Set<string>()
const processKey = randomBytes(32)

serveFloor(
  async (authorization, body) => {
    const [name = '', password = ''] = basic(authorization)
    const [caller, proven] = await Promise.all([readCaller(name), prove(body)])
    if (!caller?.enabled || !(await isProven(name, caller.password_hash, password))) return refused(401)
    if (!caller.privileges.includes('manage_user_profile')) return refused(403)
    const found = await proven()
    if (!found) return refused(401)
    return activated(
      found.profile && isUnchanged(found.profile, found.subject)
        ? found.profile
        : await writeProfile(pool, found.subject),
    )
  },
  ({ method, url }, status, ms) => logger.info({ method, path: url, status, ms }, 'answered'),
)

/** Reads what a grant is about; its proof is the function that is returned, for when the caller may ask. */
async function prove(body: FloorBody): Promise<() => Promise<({ subject: FloorSubject } & Current) | null>> {
  if (body.grant_type !== 'password') {
    const subject = await userOfToken(String(body.access_token))
    const current = subject && (await readProfile(subject.username))
    return () => Promise.resolve(subject && current && { subject, ...current })
  }
  const [username, password] = [String(body.username), String(body.password)]
  const account = await readAccount(username)
  return async () => {
    if (!account?.enabled) return null
    const { password_hash: passwordHash } = account
    if (proofs.has(proofOf(username, passwordHash, password))) return { subject: account, ...account }
    if (!(await isProven(username, passwordHash, password))) return null
    // That took long: is it still so?
    const now = await readAccount(username)
    return now?.enabled && now.password_hash === passwordHash ? { subject: now, ...now } : null
  }
}

async function readCaller(username: string) {
  const { rows } = await pool.query<{ password_hash: string; enabled: boolean; privileges: string[] }>({
    name: 'caller',
    text: `SELECT password_hash, enabled,
             ARRAY(SELECT unnest(r."cluster") FROM roles r WHERE r.name = ANY (u.roles)) AS privileges
           FROM users u WHERE username = $1`,
    values: [username],
  })
  return rows[0]
}

async function readAccount(username: string): Promise<(Account & Current) | undefined> {
  const { rows } = await pool.query<Account & Current>({
    name: 'account',
    text: `SELECT u.username, u.password_hash, u.enabled, u.roles, u.full_name, u.email, 'native' AS realm_name,
             to_json(p) AS profile
           FROM users u LEFT JOIN (${currentProfile('$2')}) p ON true WHERE u.username = $1`,
    values: [username, floorUidOf(username)],
  })
  return rows[0]
}

async function readProfile(username: string): Promise<Current> {
  const { rows } = await pool.query<Current>({
    name: 'profile',
    text: `SELECT to_json(p) AS profile FROM (${currentProfile('$1')}) p`,
    values: [floorUidOf(username)],
  })
  return rows[0] ?? { profile: null }
}

function currentProfile(uid: string): string {
  return `SELECT uid, username, roles, full_name, email, realm_name, enabled, last_synchronized, labels, seq_no,
            (extract(epoch FROM clock_timestamp()) * 1000)::bigint - last_synchronized AS age
          FROM profiles WHERE uid = ${uid}`
}

function isUnchanged(
  { age, enabled, ...profile }: NonNullable<Current['profile']>,
  subject: FloorSubject,
): boolean {
  return (
    age < grace &&
    enabled &&
    profile.realm_name === subject.realm_name &&
    profile.full_name === subject.full_name &&
    profile.email === subject.email &&
    profile.roles.length === subject.roles.length &&
    profile.roles.every((role, index) => role === subject.roles[index])
  )
}

async function isProven(username: string, passwordHash: string, password: string): Promise<boolean> {
  const proof = proofOf(username, passwordHash, password)
  if (proofs.has(proof)) return true
  if (!(await verify(passwordHash, password))) return false
  if (proofs.size < 100_000) proofs.add(proof)
  return true
}

function proofOf(username: string, passwordHash: string, password: string): string {
  return createHmac('sha256', processKey).update(`${username}\0${passwordHash}\0${password}`).digest('base64')
}

/** The name and password of a `Basic` header. */
function basic(authorization = ''): string[] {
  if (!authorization.startsWith('Basic ')) return []
  const text = Buffer.from(authorization.slice(6), 'base64').toString()
  const colon = text.indexOf(':')
  return [text.slice(0, colon), text.slice(colon + 1)]
}
