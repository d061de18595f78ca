// Floor B: the gateway's work by hand. The caller is authenticated and needs the privilege, a proven password is
// remembered against the hash read for the request, a verified JWT until it expires, a profile that would not change
// is left for the grace, and each request makes a line of log.

import { createHmac, hash, randomBytes } from 'node:crypto'
import { verify } from '@node-rs/argon2'
import { LRUCache } from 'lru-cache'
import { pino } from 'pino'
import {
  activated,
  openFloorPool,
  refused,
  serveFloor,
  writeProfile,
  type FloorBody,
  type FloorSubject,
} from './floor.ts'
import { createReads, type Current } from './floorBReads.ts'
import { createJwtVerification, isJwt, type FloorJwt } from './floorJwt.ts'

/** How many proofs of a kind are remembered. */
const remembered = 100_000

const pool = openFloorPool()
const read = createReads(pool)
const grace = Number(process.env.GRACE_MS)
const logger = pino()
const verifyJwt = await createJwtVerification()
const jwts = new LRUCache<string, FloorJwt>({ max: remembered })
const proofs = new Set<string>()
const processKey = randomBytes(32)

serveFloor(
  async (authorization, body) => {
    const [name = '', password = ''] = basic(authorization)
    const [caller, proven] = await Promise.all([read.caller(name), prove(body)])
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

type Found = { subject: FloorSubject } & Current

/** Reads what a grant is about; its proof is the function that is returned, for when the caller may ask. */
async function prove(body: FloorBody): Promise<() => Promise<Found | null>> {
  if (body.grant_type !== 'password') {
    const token = String(body.access_token)
    const found = isJwt(token) ? await userOfJwt(token) : await userOfToken(token)
    return () => Promise.resolve(found)
  }
  const [username, password] = [String(body.username), String(body.password)]
  const account = await read.account(username)
  return async () => {
    if (!account?.enabled) return null
    const { password_hash: passwordHash } = account
    if (proofs.has(proofOf(username, passwordHash, password))) return { subject: account, ...account }
    if (!(await isProven(username, passwordHash, password))) return null
    // That took long: is it still so?
    const now = await read.account(username)
    return now?.enabled && now.password_hash === passwordHash ? { subject: now, ...now } : null
  }
}

async function userOfJwt(token: string): Promise<Found | null> {
  const key = hash('sha256', token, 'base64')
  const known = jwts.get(key)
  const jwt = known && Date.now() < known.expires ? known : await verifyJwt(token)
  if (!jwt) return null
  if (jwt !== known) jwts.set(key, jwt)
  return { subject: jwt.subject, ...(await read.profile(jwt.subject.username)) }
}

async function userOfToken(token: string): Promise<Found | null> {
  const account = await read.accountOfToken(token)
  return account?.enabled ? { subject: account, ...account } : null
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
  if (proofs.size < remembered) proofs.add(proof)
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
