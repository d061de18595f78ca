import { readFile } from 'node:fs/promises'
import { cpus, release, totalmem } from 'node:os'
import type { PostgresServer } from '../test/support/postgres.ts'
import type { Options } from './options.ts'
import type { Passwords } from './passwords.ts'
import { poolSize } from './servers.ts'

/** What the figures depend on, as a list in Markdown. */
export async function describeMachine(
  postgres: PostgresServer,
  passwords: Passwords,
  { seconds, rounds, built, profile }: Options,
): Promise<string> {
  const [server] = (await postgres.query('SHOW server_version')) as { server_version: string }[]
  const settings = (await postgres.query(changedSettings)) as { name: string; setting: string }[]
  const cores = cpus()
  const lines = [
    `Node ${process.version} (${process.execPath})`,
    `CPU: ${cores.length} × ${await modelName()}, ${(totalmem() / 2 ** 30).toFixed(1)} GiB of memory, Linux ${release()}`,
    `PostgreSQL ${server?.server_version ?? ''}: ${settings.map(({ name, setting }) => `${name}=${setting}`).join(', ')}`,
    `at most ${poolSize} connections to PostgreSQL from each server; SQLite with WAL and synchronous=FULL`,
    `argon2id alone: ${passwords.rate.toFixed(0)} verifications a second on all cores`,
    `gateways run ${built ? 'as they are packed, from dist/' : 'from their sources, whose types Node strips at each start'}`,
    ...(profile === null
      ? []
      : ['the servers of the scenarios were profiled meanwhile, which makes them slower']),
    `${rounds} rounds of ${seconds} s; server, database and load generator share the machine`,
  ]
  return lines.map((line) => `- ${line}`).join('\n')
}

/** Without what every start sets for itself, and what only says where files are. */
const changedSettings = `
  SELECT name, setting FROM pg_settings
  WHERE source NOT IN ('default', 'override', 'client', 'session') AND name !~ '^lc_|_directory$|_file$|^data_'
  ORDER BY name`

async function modelName(): Promise<string> {
  const [, model = 'unknown'] = /^model name\s*: (.+)$/m.exec(await readFile('/proc/cpuinfo', 'utf8')) ?? []
  return model
}
