import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { uidOf, userOf } from './people.ts'

/** Puts the profiles of the first so many users into a gateway's database, as if they had come by JWT. No gateway has it open. */
export async function storeProfiles(url: string, count: number): Promise<void> {
  if (url.startsWith('postgres')) await inPostgresql(url, count)
  else inSqlite(url, count)
}

const columns =
  '"uid", "base", "username", "roles", "realmName", "realmType", "email", "fullName", "enabled", "lastSynchronized", "labels", "data", "seqNo"'
const roles = JSON.stringify(userOf(0).roles)

async function inPostgresql(url: string, count: number): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`
      INSERT INTO "profiles" (${columns})
      SELECT 'u_' || base || '_0', base, username, '${roles}', 'bench', 'jwt', username || '@example.com',
        'User Number ' || n, true, (extract(epoch FROM now()) * 1000)::bigint, '{}', '{}', 0
      FROM generate_series(0, ${count - 1}) AS n, LATERAL (SELECT 'user-' || n AS username) AS named,
        LATERAL (SELECT translate(encode(sha256(username::bytea), 'base64'), '+/=', '-_') AS base) AS hashed
      ON CONFLICT DO NOTHING`)
    await client.query('VACUUM ANALYZE')
    await client.query('CHECKPOINT')
  } finally {
    await client.end()
  }
}

function inSqlite(url: string, count: number): void {
  const database = new DatabaseSync(url.replace(/^file:/, ''))
  try {
    const insert = database.prepare(
      `INSERT INTO "profiles" (${columns}) VALUES (?, ?, ?, '${roles}', 'bench', 'jwt', ?, ?, true, ?, '{}', '{}', 0)
       ON CONFLICT DO NOTHING`,
    )
    // Else most of it goes to the file and comes back, again and again.
    database.exec('PRAGMA cache_size = -2000000; PRAGMA synchronous = OFF; BEGIN')
    for (let n = 0; n < count; n++) {
      const { username, email, fullName } = userOf(n)
      const uid = uidOf(username)
      insert.run(uid, uid.slice(2, -2), username, email, fullName, Date.now())
    }
    database.exec('COMMIT')
    database.exec('ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    database.close()
  }
}
