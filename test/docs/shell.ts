import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'

/** What is other than in the shell of a person: nothing is installed anew, and an answer of HTTP that is an error ends a block. */
const prelude = `set -euo pipefail
npm() {
  case "$1" in
    ci | install | i | init) ;;
    run | start | pkg) command npm "$@" ;;
    *) echo "the tests of the documentation do not run: npm $*" >&2; return 99 ;;
  esac
}
curl() { command curl -sS --fail-with-body "$@"; }
`

/** The exit code of curl, and so of what it ends, where an answer is an error. */
export const httpError = 22

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A shell in a folder, with the programs of the repository. */
export class Shell {
  readonly #running: { readonly child: ChildProcess; readonly ended: Promise<unknown> }[] = []
  readonly #folder: string
  readonly #environment: Readonly<Record<string, string>>

  constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.#folder = folder
    this.#environment = environment
  }

  /** Runs commands until they end. */
  async run(commands: string): Promise<Ran> {
    const child = this.#bash(commands)
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ])
    return { code: code ?? -1, out, err }
  }

  /** Runs a command that does not end, until something listens on the port. */
  async serve(command: string, port: number): Promise<void> {
    if (await listening(port)) throw new Error(`the page has not ended what listens already: ${command}`)
    const child = this.#bash(command)
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
    const ended = once(child, 'close')
    this.#running.push({ child, ended })
    while (!(await listening(port))) {
      if (child.exitCode !== null) throw new Error(`it has ended: ${command}\n${(await ended, said)}`)
      await setTimeout(20)
    }
  }

  /** Types Ctrl+C wherever something runs. */
  async interrupt(): Promise<void> {
    for (const { child } of this.#running) kill(child, 'SIGINT')
    await Promise.all(this.#running.map(({ ended }) => ended))
    this.#running.length = 0
  }

  /** Ends whatever still runs. */
  async close(): Promise<void> {
    for (const { child } of this.#running) kill(child, 'SIGKILL')
    await Promise.all(this.#running.map(({ ended }) => ended))
  }

  #bash(commands: string) {
    const { PATH = '', HOME = '', TMPDIR } = process.env
    return spawn('bash', ['-c', prelude + commands], {
      cwd: this.#folder,
      env: {
        // The Node of the tests, as after an installation.
        PATH: `${dirname(process.execPath)}:${PATH}:/usr/sbin`,
        HOME,
        ...(TMPDIR !== undefined && { TMPDIR }),
        npm_config_offline: 'true',
        npm_config_update_notifier: 'false',
        ...this.#environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, as a terminal makes it: npm has children.
      detached: true,
    })
  }
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-(pid ?? 0), signal)
  } catch {
    // It has ended by itself.
  }
}

async function listening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const stands = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return stands
}
