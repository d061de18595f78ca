import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { gatewayMain } from './support/gatewayMain.ts'

export type Environment = Readonly<Record<string, string>>

/** What a shell would type for the gateway's command line. */
export const gatewayCommand = `'${process.execPath}' '${gatewayMain}'`

/** A process, and what it prints. */
export class Process {
  readonly child: ChildProcess
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  out = ''
  err = ''

  constructor(command: string, args: readonly string[], cwd: string, environment: Environment = {}) {
    const env = { PATH: process.env.PATH, PORT: '0', ...environment }
    this.child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stdout?.on('data', (chunk) => (this.out += String(chunk)))
    this.child.stderr?.on('data', (chunk) => (this.err += String(chunk)))
    this.ended = once(this.child, 'close').then(
      ([code, signal]) => (signal ?? code) as number | NodeJS.Signals,
    )
    onTestFinished(() => void this.child.kill('SIGKILL'))
  }

  /** Where the gateway listens, as soon as it says so and answers: only then does it hear signals. */
  async address(): Promise<string> {
    const address = await this.says(/Elasticsearch +(http:\S+)/)
    await (await fetch(address)).text()
    return address
  }

  /** What the pattern's group matches in what is printed, as soon as it does. */
  async says(pattern: RegExp): Promise<string> {
    const ended = this.ended.then(() => true)
    for (;;) {
      const found = pattern.exec(this.out + this.err)?.[1]
      if (found !== undefined) return found
      const { stdout, stderr } = this.child as { stdout: Readable; stderr: Readable }
      const over = await Promise.race([ended, once(stdout, 'data'), once(stderr, 'data')])
      if (over === true)
        throw new Error(`it has ended without saying ${pattern.source}:\n${this.out}${this.err}`)
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
    this.child.kill(signal)
    return this.ended
  }
}

/** Starts the gateway in a folder with an environment of its own. */
export function gateway(args: readonly string[], cwd: string, environment?: Environment): Process {
  return new Process(process.execPath, [gatewayMain, ...args], cwd, environment)
}
