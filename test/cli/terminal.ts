import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { gatewayCommand, Process, type Environment } from '../cliProcess.ts'

/** Why nothing can be started at a terminal here, or nothing. */
export const noTerminal =
  process.platform === 'linux' && spawnSync('script', ['--version']).status === 0
    ? ''
    : ' (skipped: there is no util-linux on this machine)'

/** A gateway in a terminal of its own, which is closed when its process is killed. */
export function atTerminal(args: string, cwd: string, environment: Environment): Process {
  return new Process('script', ['-qfc', `exec ${gatewayCommand} ${args}`, '/dev/null'], cwd, environment)
}

export function childrenOf(pid = 0): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

export const isRunning = (pid: number) => existsSync(`/proc/${pid}`)
