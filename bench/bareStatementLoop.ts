// Sends the write of many profiles in one prepared statement, again and again, over pg alone: a process of its own.

import { Client } from 'pg'
import type { BareJob, BareTiming } from './bareStatement.ts'
import { regulars, uidOf, userOf } from './people.ts'

interface Written {
  readonly uid: string
  readonly seqNo: string
}

process.on('message', (job: BareJob) => {
  measure(job)
    .then((timing) => process.send?.(timing))
    .catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    })
})
process.on('disconnect', () => process.exit())
// Who started it ends it.
process.on('SIGINT', () => undefined)

async function measure({ url, rows, rampMs, seconds }: BareJob): Promise<BareTiming> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const begun = performance.now()
    while (performance.now() - begun < rampMs) await write(client, rows)
    const start = performance.now()
    const used = process.cpuUsage()
    let written = 0
    while (performance.now() - start < seconds * 1_000) written += await write(client, rows)
    const { user, system } = process.cpuUsage(used)
    return { rows: written, seconds: (performance.now() - start) / 1_000, cpu: user + system }
  } finally {
    await client.end()
  }
}

async function write(client: Client, count: number): Promise<number> {
  const profiles = regulars.slice(0, count).map((n) => {
    const { username, roles, fullName, email } = userOf(n)
    const uid = uidOf(username)
    return {
      uid,
      base: uid.slice(2, -2),
      username,
      roles,
      realmName: 'bench',
      realmType: 'jwt',
      fullName,
      email,
    }
  })
  const { rows } = await client.query<Written>({
    name: 'write',
    text: upsert,
    values: [JSON.stringify(profiles)],
  })
  const seqNos = new Map(rows.map(({ uid, seqNo }) => [uid, Number(seqNo)]))
  if (!profiles.every(({ uid }) => seqNos.has(uid))) throw new Error('a row was not written')
  return rows.length
}

const upsert = `
  INSERT INTO "profiles" AS p
    ("uid", "base", "username", "roles", "realmName", "realmType", "fullName", "email", "enabled", "lastSynchronized",
     "labels", "data", "seqNo")
  SELECT "uid", "base", "username", "roles", "realmName", "realmType", "fullName", "email", true,
    (extract(epoch FROM clock_timestamp()) * 1000)::bigint, '{}', '{}', 0
  FROM jsonb_to_recordset($1::jsonb) AS rows ("uid" text, "base" text, "username" text, "roles" jsonb,
    "realmName" text, "realmType" text, "fullName" text, "email" text)
  ORDER BY "uid"
  ON CONFLICT ("uid") DO UPDATE SET
    "username" = excluded."username", "roles" = excluded."roles", "realmName" = excluded."realmName",
    "realmType" = excluded."realmType", "fullName" = excluded."fullName", "email" = excluded."email", "enabled" = true,
    "lastSynchronized" = greatest(excluded."lastSynchronized", p."lastSynchronized"), "seqNo" = p."seqNo" + 1
  RETURNING "uid", "seqNo", "lastSynchronized", "enabled", "labels"`
