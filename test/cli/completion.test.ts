import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Shell } from '../../src/commands/completionScript.ts'
import { commandLine } from '../support/commandLine.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const lines: readonly [typed: string, completed: string[]][] = [
  ['profile-gateway us', ['users']],
  ['profile-gateway users re', ['reset-password']],
  ['profile-gateway users reset-password --g', ['--generate']],
  ['profile-gateway users create --url https://a.example jack --r', ['--roles']],
  ['profile-gateway completion f', ['fish']],
  ['profile-gateway doctor --s', ['--strict']],
  ['profile-gateway none --zz', []],
]

async function scriptOf(shell: Shell): Promise<string> {
  const file = join(await temporaryFolder(), `completion.${shell}`)
  await writeFile(file, (await commandLine({})(['completion', shell])).out)
  return file
}

const run = promisify(execFile)
const missing = (shell: string) =>
  !['/bin/', '/usr/bin/', '/usr/local/bin/'].some((folder) => existsSync(folder + shell))

describe.skipIf(missing('bash'))('completion in bash (skipped where there is none)', () => {
  it.each(lines)('of %j', async (typed, completed) => {
    const ask = `source "$1"; COMP_WORDS=($2); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _profile_gateway; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = await run('bash', ['-c', ask, 'bash', await scriptOf('bash'), typed])
    expect(stdout.split('\n').filter(Boolean)).toEqual(completed)
    expect(stderr).toBe('')
  })

  it('of a value that is typed is left to files', async () => {
    const ask = `source "$1"; COMP_WORDS=(profile-gateway users list --url ''); COMP_CWORD=4; _profile_gateway; echo "\${#COMPREPLY[@]}"`
    expect((await run('bash', ['-c', ask, 'bash', await scriptOf('bash')])).stdout).toBe('0\n')
  })
})

describe.skipIf(missing('fish'))('completion in fish (skipped where there is none)', () => {
  it.each(lines.filter(([, completed]) => completed.length > 0))('of %j', async (typed, completed) => {
    const ask = 'source $argv[1]; complete -C $argv[2]'
    const { stdout } = await run('fish', ['--no-config', '-c', ask, await scriptOf('fish'), typed])
    const offered = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t')[0])
    expect(offered).toEqual(completed)
  })
})

describe.skipIf(missing('zsh'))('completion in zsh (skipped where there is none)', () => {
  it.each(lines.filter(([, completed]) => completed.length > 0))('of %j', async (typed, completed) => {
    // What would be offered, in place of an editor that offers it.
    const ask = `compdef() { : }; _files() { : }
      _describe() { local -a all=("\${(@P)2}"); local one; for one in $all; do one="\${one%%:*}"; [[ $one == \${words[CURRENT]}* ]] && print -r -- "$one"; done; return 0 }
      source "$1"; words=(\${(z)2}); CURRENT=$#words; _profile_gateway`
    const { stdout, stderr } = await run('zsh', ['-f', '-c', ask, 'zsh', await scriptOf('zsh'), typed])
    expect(stdout.split('\n').filter(Boolean)).toEqual(completed)
    expect(stderr).toBe('')
  })
})
