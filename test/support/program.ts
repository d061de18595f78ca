import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

/** A program of this folder, run by Node as the gateway is. */
export interface Program {
  readonly child: ChildProcess
  /** The next line that it prints, or undefined when it has ended. */
  readonly line: () => Promise<string | undefined>
  /** How it ended: its exit code or the signal that killed it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/** Starts `test/support/<name>.ts`, and kills it if it still runs when the test is over. */
export function startProgram(name: string, ...args: string[]): Program {
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Many are started by one test, which a warm cache halves.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...process.env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | NodeJS.Signals)
  return { child, ended, line: async () => (await lines.next()).value }
}
