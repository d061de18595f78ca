import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gatewayMain } from './gatewayMain.ts'
import { elastic } from './testApp.ts'

/** How long a gateway may take to end by itself, in milliseconds. */
const patience = 15_000

/** A gateway as a process of its own, outside of any test. */
export interface GatewayProcess {
  readonly pid: number
  /** Its own, which goes with it. */
  readonly folder: string
  readonly address: string
  /** Where its debugger listens, if it was asked for. */
  readonly debuggerAddress: string | undefined
  /** What it has logged since the last time, from the level that was asked for. */
  readonly takeLog: () => string
  /** How it has ended, or null while it runs. */
  readonly ending: () => string | null
  readonly stop: () => Promise<void>
}

interface GatewayProcessOptions {
  databaseUrl: string
  /** Behind `serve`. */
  args?: readonly string[]
  /** What `gateway.yml` says. */
  settings?: string
  /** What other files in its folder hold, by name. */
  files?: Readonly<Record<string, string>>
  environment?: Readonly<Record<string, string>>
  /** From which level its log is kept. Without one it logs as it does by default, to nowhere. */
  logLevel?: string
  /** Whether its memory is to be read by its debugger. */
  debugged?: boolean
}

/** Starts a gateway on a free port, in a folder of its own that goes with it. */
export async function startGatewayProcess(options: GatewayProcessOptions): Promise<GatewayProcess> {
  const {
    databaseUrl,
    args = [],
    settings = '',
    files = {},
    environment = {},
    logLevel,
    debugged = false,
  } = options
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  for (const [name, content] of Object.entries({ 'gateway.yml': settings, ...files }))
    await writeFile(join(folder, name), content)
  const env = {
    PATH: process.env.PATH,
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: databaseUrl,
    ELASTIC_PASSWORD: elastic.password,
    ...(logLevel !== undefined && { LOG_LEVEL: logLevel }),
    ...environment,
  }
  const flags = debugged ? ['--inspect=127.0.0.1:0'] : []
  const child = spawn(process.execPath, [...flags, gatewayMain, 'serve', ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', logLevel === undefined ? 'ignore' : 'pipe', 'pipe'],
  })
  let logged = ''
  let said = ''
  let ending: string | null = null
  child.stdout?.on('data', (chunk) => (logged += String(chunk)))
  child.stderr?.on('data', (chunk) => (said += String(chunk)))
  const ended = once(child, 'close').then(([code, signal]) => {
    ending = `it has ended with ${String(signal ?? code)}: ${said}`
  })
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr?.on('data', () => {
      const [, listening] = /Elasticsearch +(http:\S+)/.exec(said) ?? []
      if (listening !== undefined) resolve(listening)
    })
    void ended.then(() => reject(new Error(ending ?? '')))
  })
  return {
    pid: child.pid ?? 0,
    folder,
    address,
    debuggerAddress: /Debugger listening on (ws:\S+)/.exec(said)?.[1],
    takeLog() {
      const log = logged
      logged = ''
      return log
    },
    ending: () => ending,
    async stop() {
      if (ending === null) child.kill()
      const deadline = setTimeout(() => child.kill('SIGKILL'), patience)
      await ended
      clearTimeout(deadline)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
