// Floor A: as little as works. No caller is authenticated and nothing is remembered: each request verifies its grant
// and writes the profile.

import { verify } from '@node-rs/argon2'
import {
  activated,
  hashOf,
  openFloorPool,
  refused,
  serveFloor,
  writeProfile,
  type FloorBody,
  type FloorSubject,
} from './floor.ts'
import { createJwtVerification, isJwt } from './floorJwt.ts'

const pool = openFloorPool()
const verifyJwt = await createJwtVerification()

serveFloor(async (_, body) => {
  const subject = await userOf(body)
  return subject ? activated(await writeProfile(pool, subject)) : refused(401)
})

async function userOf({ grant_type, username, password, access_token }: FloorBody) {
  if (grant_type === 'password') return userOfPassword(String(username), String(password))
  const token = String(access_token)
  return isJwt(token) ? ((await verifyJwt(token))?.subject ?? null) : userOfToken(token)
}

async function userOfPassword(username: string, password: string): Promise<FloorSubject | null> {
  const { rows } = await pool.query<FloorSubject & { password_hash: string }>({
    name: 'user',
    text: `SELECT username, password_hash, roles, full_name, email, 'native' AS realm_name FROM users
           WHERE username = $1 AND enabled`,
    values: [username],
  })
  const [user] = rows
  return user && (await verify(user.password_hash, password)) ? user : null
}

async function userOfToken(token: string): Promise<FloorSubject | null> {
  const { rows } = await pool.query<FloorSubject>({
    name: 'token',
    text: `SELECT username, roles, full_name, email, 'native' AS realm_name FROM tokens JOIN users USING (username)
           WHERE hash = $1 AND expires > now() AND enabled`,
    values: [hashOf(token)],
  })
  return rows[0] ?? null
}
