import { hash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Client } from 'pg'
import type { DeploymentParts } from './deployment.ts'
import { application, regulars, uidOf, userOf } from './people.ts'
import { startServerProcess, type ServerProcess } from './serverProcess.ts'
import { poolSize } from './servers.ts'

export function startFloor(
  databaseUrl: string,
  { name, scenario, issuer, folder, probed }: DeploymentParts,
): Promise<ServerProcess> {
  const program = join(import.meta.dirname, name === 'floor A' ? 'floorA.ts' : 'floorB.ts')
  const environment = {
    DATABASE_URL: databaseUrl,
    POOL_SIZE: String(poolSize),
    GRACE_MS: String(scenario.graceMs),
    JWKS: JSON.stringify(issuer.jwks()),
  }
  return startServerProcess([program], folder, environment, probed)
}

/** Makes the tables of a floor, and in them the application, its role, the users and tokens of the regulars. */
export async function createFloorTables(
  url: string,
  { users: count, passwords: { applicationHash, userHash } }: DeploymentParts,
): Promise<string[]> {
  const tokens = regulars.map(() => randomBytes(32).toString('base64url'))
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(tables)
    const role = [application.role, ['manage_user_profile']]
    await client.query('INSERT INTO roles (name, "cluster") VALUES ($1, $2)', role)
    await client.query(insertUsers, [applicationHash, [application.username], [''], [''], [application.role]])
    const users = Array.from({ length: count }, (_, n) => userOf(n))
    await client.query(insertUsers, [
      userHash,
      users.map(({ username }) => username),
      users.map(({ fullName }) => fullName),
      users.map(({ email }) => email),
      userOf(0).roles,
    ])
    const usernames = regulars.map((n) => userOf(n).username)
    await client.query(insertTokens, [
      tokens.map((token) => hash('sha256', token, 'base64url')),
      usernames,
      usernames.map(uidOf),
    ])
    await client.query('ANALYZE')
    return tokens
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
  CREATE TABLE tokens (
    hash text PRIMARY KEY, username text NOT NULL, uid text NOT NULL, expires timestamptz NOT NULL
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

const insertTokens = `
  INSERT INTO tokens (hash, username, uid, expires)
  SELECT hash, username, uid, now() + interval '1 day'
  FROM unnest($1::text[], $2::text[], $3::text[]) AS made (hash, username, uid)`
