import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** Linux counts CPU time for us in hundredths of a second, whatever its own tick is. */
const microsecondsPerTick = 10_000

/** The CPU time that a process has used so far, with that of its ended children, in microseconds; 0 if it is gone. */
function cpuTimeOf(pid: number): number {
  const stat = textOf(`/proc/${pid}/stat`)
  // The name, in parentheses, can hold anything. Source: proc_pid_stat(5): utime, stime, cutime, cstime are 14 to 17.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return sum(fields.slice(11, 15).map(Number)) * microsecondsPerTick
}

/** The CPU time of a process and of all that descend from it. */
export function cpuTimeOfTree(pid: number): number {
  return cpuTimeOf(pid) + sum(childrenOf(pid).map(cpuTimeOfTree))
}

/** What the whole machine has used, without interrupts, and what its host has taken from it, in microseconds. */
export function cpuTimeOfMachine(): { used: number; stolen: number } {
  const fields = textOf('/proc/stat').split('\n', 1)[0]?.trim().split(/ +/).slice(1).map(Number) ?? []
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] = fields
  return { used: (user + nice + system) * microsecondsPerTick, stolen: steal * microsecondsPerTick }
}

/** The most memory that a process and those that descend from it have each had since it was forgotten, in MiB. */
export function peakMemoryOf(pid: number): number {
  return memoryOfTree(pid, /^VmHWM:\s+(\d+) kB/m)
}

/** The memory that a process and those that descend from it have now, in MiB; what they share counts for each. */
export function memoryOf(pid: number): number {
  return memoryOfTree(pid, /^VmRSS:\s+(\d+) kB/m)
}

function memoryOfTree(pid: number, pattern: RegExp): number {
  const [, kibibytes = '0'] = pattern.exec(textOf(`/proc/${pid}/status`)) ?? []
  return Number(kibibytes) / 1_024 + sum(childrenOf(pid).map((child) => memoryOfTree(child, pattern)))
}

/** Forgets the most memory that they have had so far. Source: proc_pid_clear_refs(5). */
export function forgetPeakMemoryOf(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  for (const child of childrenOf(pid)) forgetPeakMemoryOf(child)
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      textOf(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
