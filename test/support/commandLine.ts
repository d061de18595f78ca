import { PassThrough, Readable } from 'node:stream'
import { Command } from 'commander'
import { onTestFinished, vi } from 'vitest'
import { addOperatorCommands } from '../../src/commands/operatorCommands.ts'
import { failureOf, type Failure } from '../../src/errors.ts'
import type { AuditLine } from './testApp.ts'

interface Given {
  /** What stands on standard input. */
  readonly input?: string
  /** How wide the terminal is, if there is one. */
  readonly columns?: number
}

interface Ran {
  /** Standard output. */
  readonly out: string
  /** What is said to people beside it, commander's own words too. */
  readonly notes: string
  /** The audit lines among those, which are in no other text here. */
  readonly audit: readonly AuditLine[]
  /** Which database it says that it changes, which is in no other text here either. */
  readonly database: string
  /** Both, as a terminal would show them. */
  readonly shown: string
  /** How it has failed; null: it has not. */
  readonly failure: Pick<Failure, 'code' | 'message'> | null
  /** Its exit code, where the command says it itself. */
  readonly exitCode: number | undefined
}

/** Runs the operators' commands in process, on what the environment says, each with streams of its own. */
export function commandLine(environment: Readonly<Record<string, string>>) {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())

  return async function run(args: readonly string[], { input = '', columns }: Given = {}): Promise<Ran> {
    const written = { out: '', notes: '', shown: '', database: '' }
    const to = (name: 'out' | 'notes') => (text: string) => {
      written[name] += text
      written.shown += text
    }
    const output = Object.assign(
      new PassThrough().on('data', (chunk) => to('out')(String(chunk))),
      {
        ...(columns !== undefined && { isTTY: true, columns }),
      },
    )
    const audit: AuditLine[] = []
    const notes = new PassThrough().on('data', (chunk) => {
      const text = String(chunk)
      if (text.startsWith('{"@timestamp"')) audit.push(...linesIn(text))
      else if (text.startsWith('Database ')) written.database += text
      else to('notes')(text)
    })
    const program = new Command('profile-gateway')
      .exitOverride()
      .configureOutput({ writeOut: to('out'), writeErr: to('notes') })
    addOperatorCommands(program, { input: Readable.from([Buffer.from(input)]), output, notes })
    let failure: Ran['failure'] = null
    const before = process.exitCode
    process.exitCode = undefined
    try {
      await program.parseAsync(args, { from: 'user' })
    } catch (thrown) {
      failure = thrown instanceof Error && 'exitCode' in thrown ? usage(thrown) : failureOf(thrown)
    }
    const exitCode = process.exitCode
    process.exitCode = before
    return { ...written, audit, failure, exitCode: typeof exitCode === 'number' ? exitCode : undefined }
  }
}

function linesIn(text: string): AuditLine[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AuditLine)
}

/** Commander has said itself what is wrong. */
function usage({ message }: Error): { code: Failure['code']; message: string } {
  return { code: 'INVALID_INPUT', message }
}
