import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Question } from './probe.ts'

/** A server that runs as a process of its own. */
export interface ServerProcess {
  readonly pid: number
  readonly port: number
  /** Asks the probe inside it, and returns what that answers as JSON. @throws if the server is not probed */
  readonly ask: (question: Question) => Promise<string>
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
  probed = false,
): Promise<ServerProcess> {
  const env = { PATH: process.env.PATH, ...environment }
  const preloaded = probed ? ['--import', new URL('probe.ts', import.meta.url).href] : []
  const child = spawn(process.execPath, [...preloaded, ...args], {
    ...{ cwd, env },
    stdio: ['ignore', 'ignore', 'pipe', probed ? 'pipe' : 'ignore'],
  })
  const ended = once(child, 'exit')
  let said = ''
  const port = await new Promise<number>((resolve, reject) => {
    child.stderr?.on('data', (chunk) => {
      said += String(chunk)
      const [, listening] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said) ?? []
      if (listening !== undefined) resolve(Number(listening))
    })
    child.once('error', reject)
    child.once('close', () => reject(new Error(`${args.join(' ')} has ended: ${said}`)))
  })
  const [, , , probe] = child.stdio
  return {
    pid: child.pid ?? 0,
    port,
    ask: probe instanceof Socket ? askThrough(probe) : () => Promise.reject(new Error('it is not probed')),
    async stop() {
      child.kill()
      const deadline = setTimeout(() => child.kill('SIGKILL'), patience)
      await ended
      clearTimeout(deadline)
    },
  }
}

/** One question after the other, each a line, and so its answer. */
function askThrough(probe: Socket): ServerProcess['ask'] {
  const answers = createInterface({ input: probe })
  return async (question) => {
    const asking = new AbortController()
    probe.write(`${question}\n`)
    try {
      const [answer] = (await Promise.race([
        once(answers, 'line', asking),
        once(answers, 'close', asking).then(() => Promise.reject(new Error('the server has ended'))),
      ])) as [string]
      return answer
    } finally {
      asking.abort()
    }
  }
}
