import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A server that runs as a process of its own. */
export interface ServerProcess {
  readonly pid: number
  readonly port: number
  readonly stop: () => Promise<void>
}

/** How long a server may take to end by itself, in milliseconds. */
const patience = 5_000

/**
 * Runs a program with our Node until it says on standard error where it listens. Its log goes to /dev/null: it is
 * written, and fills no disk.
 */
export async function startServerProcess(
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const env = { PATH: process.env.PATH, ...environment }
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  let said = ''
  const port = await new Promise<number>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      said += String(chunk)
      const [, listening] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said) ?? []
      if (listening !== undefined) resolve(Number(listening))
    })
    child.once('error', reject)
    child.once('close', () => reject(new Error(`${args.join(' ')} has ended: ${said}`)))
  })
  return {
    pid: child.pid ?? 0,
    port,
    async stop() {
      child.kill()
      const deadline = setTimeout(() => child.kill('SIGKILL'), patience)
      await ended
      clearTimeout(deadline)
    },
  }
}
