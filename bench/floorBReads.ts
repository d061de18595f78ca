// What floor B reads: one statement for each thing that a request is about.

import type { Pool } from 'pg'
import { floorUidOf, hashOf, type FloorProfile, type FloorSubject } from './floor.ts'

/** A user of the floor's own. */
export interface Account extends FloorSubject, Current {
  readonly password_hash: string
  readonly enabled: boolean
}

/** What a user's profile is now, and how old, by the database's clock. */
export interface Current {
  readonly profile: (FloorProfile & { age: number }) | null
}

export function createReads(pool: Pool) {
  return {
    async caller(username: string) {
      const { rows } = await pool.query<{ password_hash: string; enabled: boolean; privileges: string[] }>({
        name: 'caller',
        text: `SELECT password_hash, enabled,
                 ARRAY(SELECT unnest(r."cluster") FROM roles r WHERE r.name = ANY (u.roles)) AS privileges
               FROM users u WHERE username = $1`,
        values: [username],
      })
      return rows[0]
    },

    async account(username: string): Promise<Account | undefined> {
      const { rows } = await pool.query<Account>({
        name: 'account',
        text: `SELECT ${account} FROM users u LEFT JOIN (${currentProfile('$2')}) p ON true WHERE u.username = $1`,
        values: [username, floorUidOf(username)],
      })
      return rows[0]
    },

    async accountOfToken(token: string): Promise<Account | undefined> {
      const { rows } = await pool.query<Account>({
        name: 'token',
        text: `SELECT ${account} FROM tokens t JOIN users u ON u.username = t.username
                 LEFT JOIN LATERAL (${currentProfile('t.uid')}) p ON true
               WHERE t.hash = $1 AND t.expires > now()`,
        values: [hashOf(token)],
      })
      return rows[0]
    },

    async profile(username: string): Promise<Current> {
      const { rows } = await pool.query<Current>({
        name: 'profile',
        text: `SELECT to_json(p) AS profile FROM (${currentProfile('$1')}) p`,
        values: [floorUidOf(username)],
      })
      return rows[0] ?? { profile: null }
    },
  }
}

const account = `u.username, u.password_hash, u.enabled, u.roles, u.full_name, u.email, 'native' AS realm_name,
  to_json(p) AS profile`

function currentProfile(uid: string): string {
  return `SELECT uid, username, roles, full_name, email, realm_name, enabled, last_synchronized, labels, seq_no,
            (extract(epoch FROM clock_timestamp()) * 1000)::bigint - last_synchronized AS age
          FROM profiles WHERE uid = ${uid}`
}
