import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { Process, type Environment } from '../cliProcess.ts'

/** Why nothing can be started at a terminal here, or nothing. */
export const noTerminal =
  process.platform === 'linux' && spawnSync('script', ['--version']).status === 0
    ? ''
    : ' (skipped: there is no util-linux on this machine)'

/** Has a shell run a command at a terminal of its own, which is closed when the process is killed. */
export function atTerminal(command: string, cwd: string, environment: Environment): Process {
  return new Process('script', ['-qefc', command, '/dev/null'], cwd, { SHELL: '/bin/sh', ...environment })
}

export function childrenOf(pid = 0): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

export const isRunning = (pid: number) => existsSync(`/proc/${pid}`)

/** What a process was started with; nothing, if there is none. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
