import { Client } from 'pg'
import type { Passwords } from './passwords.ts'
import { application, userOf } from './people.ts'

interface FloorPeople {
  readonly users: number
  readonly passwords: Passwords
}

/** Makes the tables of a floor, and in them the application, its role and the users. */
export async function createFloorTables(url: string, people: FloorPeople): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(tables)
    const role = [application.role, ['manage_user_profile']]
    await client.query('INSERT INTO roles (name, "cluster") VALUES ($1, $2)', role)
    await client.query(insertUsers, [
      people.passwords.applicationHash,
      [application.username],
      [''],
      [''],
      [application.role],
    ])
    const users = Array.from({ length: people.users }, (_, n) => userOf(n))
    await client.query(insertUsers, [
      people.passwords.userHash,
      users.map(({ username }) => username),
      users.map(({ fullName }) => fullName),
      users.map(({ email }) => email),
      userOf(0).roles,
    ])
    await client.query('ANALYZE')
  } finally {
    await client.end()
  }
}

const tables = `
  CREATE TABLE roles (name text PRIMARY KEY, "cluster" text[] NOT NULL);
  CREATE TABLE users (
    username text PRIMARY KEY, password_hash text NOT NULL, roles text[] NOT NULL, full_name text, email text,
    enabled boolean NOT NULL
  );
  CREATE TABLE profiles (
    uid text PRIMARY KEY, username text NOT NULL, roles text[] NOT NULL, full_name text, email text,
    realm_name text NOT NULL, enabled boolean NOT NULL, last_synchronized bigint NOT NULL, labels jsonb NOT NULL,
    data jsonb NOT NULL, seq_no bigint NOT NULL
  );`

const insertUsers = `
  INSERT INTO users (username, full_name, email, password_hash, roles, enabled)
  SELECT username, full_name, email, $1, $5::text[], true
  FROM unnest($2::text[], $3::text[], $4::text[]) AS people (username, full_name, email)`
