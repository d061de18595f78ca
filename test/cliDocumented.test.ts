import { execFile } from 'node:child_process'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PassThrough } from 'node:stream'
import { Command } from 'commander'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createApp } from '../src/app.ts'
import { addOperatorCommands } from '../src/commands/operatorCommands.ts'
import { loadConfig } from '../src/config.ts'
import { commandLine } from './support/commandLine.ts'
import { temporaryFolder } from './support/temporaryFolder.ts'
import { elastic } from './support/testApp.ts'

interface Shown {
  readonly command: string
  /** What it prints, with `…` for what is another one each time. */
  readonly printed: string
}

const page = await readFile(new URL('../docs/cli.md', import.meta.url), 'utf8')
const shown = [...page.matchAll(/```console\n(.*?)```/gs)].flatMap(([, block = '']): Shown[] =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((piece) => {
      const [command = '', ...lines] = piece.split('\n')
      return { command, printed: lines.join('\n') }
    }),
)

function commandsBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsBelow)]
}

/** What a command says of itself. */
function helpOf(command: Command): string {
  let help = ''
  command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp()
  return help
}

describe('the help of the operators’ commands', () => {
  const program = new Command('profile-gateway')
  addOperatorCommands(program, {
    input: new PassThrough(),
    output: new PassThrough(),
    notes: new PassThrough(),
  })
  const leaves = commandsBelow(program).filter(({ commands }) => commands.length === 0)

  it.each(leaves.map((command) => [command.name(), command] as const))(
    'of %s has examples, which stand in docs/cli.md and so are run as they stand',
    (_, command) => {
      const [, examples = ''] = /\nExamples:\n(( {2}.*\n)+)/.exec(helpOf(command)) ?? []
      const lines = examples
        .split('\n')
        .filter(Boolean)
        .map((line) => line.slice(2))
      expect(lines.length).toBeGreaterThan(0)
      for (const line of lines) expect(shown.map(({ command: typed }) => typed)).toContain(line)
    },
  )
})

describe('docs/cli.md', { timeout: 120_000 }, () => {
  it('shows what its commands print, one after the other, on a database of SQLite', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'gateway.db')
    const environment = { DATABASE_URL: `file:${file}`, ELASTIC_PASSWORD: elastic.password }
    const logger = pino({ level: 'silent' })
    await (
      await createApp({ config: loadConfig(environment, null), logger, clock: Date.now, auditTo: null })
    ).close()
    for (const one of [file, `${file}.lock`]) await chmod(one, 0o600)
    const printed = await inBash(
      folder,
      shown.map(({ command }) => command),
      commandLine(environment),
    )
    expect(printed).toHaveLength(shown.length)
    for (const [index, { command, printed: expected }] of shown.entries())
      expect(printed[index], command).toMatch(patternOf(expected))
  })
})

/** What each command line prints in bash, where `profile-gateway` is run by us: a process for each would take long. */
async function inBash(
  folder: string,
  commands: readonly string[],
  run: ReturnType<typeof commandLine>,
): Promise<string[]> {
  const mark = 'end of what is printed\n'
  const script = `profile-gateway() { cat > input; printf '%s\\0' "$@" > request; cat reply; }
    ${commands.map((command) => `{ ${command}\n} 2>&1 < /dev/null; printf '${mark.replace('\n', '\\n')}'`).join('\n')}
    printf '' > request`
  await writeFile(join(folder, 'page.sh'), script)
  for (const name of ['request', 'reply']) await promisify(execFile)('mkfifo', [join(folder, name)])
  const ended = promisify(execFile)('bash', ['page.sh'], { cwd: folder })
  for (;;) {
    const args = (await readFile(join(folder, 'request'), 'utf8')).split('\0').slice(0, -1)
    if (args.length === 0) break
    const input = await readFile(join(folder, 'input'), 'utf8')
    const { shown: text, failure } = await run(args, { input })
    await writeFile(join(folder, 'reply'), failure ? `${text}profile-gateway: ${failure.message}\n` : text)
  }
  const { stdout, stderr } = await ended
  expect(stderr).toBe('')
  return stdout.split(mark).slice(0, -1)
}

/** A line that is `…` alone stands for any number of lines. */
function patternOf(expected: string): RegExp {
  const literal = expected.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
  return new RegExp(`^${literal.replaceAll(/^…\n/gm, '[^]*').replaceAll('…', '.+')}$`)
}
