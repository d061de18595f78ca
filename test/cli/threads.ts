import { readdirSync, readFileSync } from 'node:fs'

interface Thread {
  readonly name: string
  readonly priority: number
  readonly isIdle: boolean
}

/**
 * How the threads of a process are scheduled. Source: proc_pid_stat(5): the 17th and the 39th field after the name, in
 * parentheses; sched(7).
 */
export function threadsOf(pid = 0): Thread[] {
  const tasks = `/proc/${pid}/task`
  return readdirSync(tasks).map((id) => {
    const stat = readFileSync(`${tasks}/${id}/stat`, 'utf8')
    const [, name = '', rest = ''] = /\((.*)\) (.*)/.exec(stat) ?? []
    const fields = rest.split(' ')
    return { name, priority: Number(fields[16]), isIdle: fields[38] === '5' }
  })
}

/** Whether it is one of those on which passwords are hashed, files are written and hosts looked up. */
export const isOfPool = ({ name }: Thread) => name === 'libuv-worker'
