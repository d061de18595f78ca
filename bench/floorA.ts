// Floor A: as little as works. No caller is authenticated and nothing is remembered: each request verifies its grant
// and writes the profile.

import { verify } from '@node-rs/argon2'
import {
  activated,
  createTokenVerification,
  openFloorPool,
  refused,
  serveFloor,
  writeProfile,
  type FloorSubject,
} from './floor.ts'

const pool = openFloorPool()
const userOfToken = await createTokenVerification()

serveFloor(async (_, { grant_type, username, password, access_token }) => {
  const subject =
    grant_type === 'password'
      ? await userOfPassword(String(username), String(password))
      : await userOfToken(String(access_token))
  return subject ? activated(await writeProfile(pool, subject)) : refused(401)
})

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
