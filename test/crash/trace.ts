// What a gateway wrote and synced, in order, as strace saw it.

import { spawnSync } from 'node:child_process'

/** Why no process can be traced here; null where it can. */
export const untraceable = reasonNotToTrace()

/** What a shell runs a command under to have its system calls in a file. The command keeps its process id. */
export function tracedTo(file: string, more = ''): string {
  return `exec strace -D -f -y -s 16 -o '${file}' -e trace=pwrite64,pwritev,write,writev,sendto,sendmsg,fsync,fdatasync ${more}`
}

export interface Trace {
  /** Answers, whether or not they acknowledge anything. */
  readonly answers: number
  /** How often the WAL was synced after something was written to it. */
  readonly syncs: number
  /** Bytes for a client that left while something that was written was not synced: the lines of the trace. */
  readonly tooEarly: string[]
}

/** Reads what strace wrote. */
export function traceOf(text: string): Trace {
  let [answers, syncs] = [0, 0]
  const tooEarly: string[] = []
  /** Files of the database with writes that no sync covers. */
  const unsynced = new Set<string>()
  /** The file that a thread is syncing; the call may be told on two lines. */
  const syncing = new Map<string, string>()
  /** Sockets of clients. Others lead to the process that hashes. */
  const clients = new Set<string>()
  for (const line of text.split('\n')) {
    const [, thread = '', call = '', file = ''] =
      /^(\d+) +(?:<\.\.\. )?(\w+)(?:\(\d+<(.*?)>)?/.exec(line) ?? []
    if (['fsync', 'fdatasync'].includes(call)) {
      if (file !== '') syncing.set(thread, file)
      const synced = syncing.get(thread) ?? ''
      if (line.endsWith('= 0') && unsynced.delete(synced) && isWal(synced)) syncs += 1
    } else if (isDatabase(file)) {
      unsynced.add(file)
    } else if (file.startsWith('socket:')) {
      if (line.includes('HTTP/1.1 ')) {
        answers += 1
        clients.add(file)
      }
      if (unsynced.size > 0 && clients.has(file)) tooEarly.push(line)
    }
  }
  return { answers, syncs, tooEarly }
}

function isWal(file: string): boolean {
  return file.endsWith('.db-wal')
}

function isDatabase(file: string): boolean {
  return isWal(file) || file.endsWith('.db')
}

function reasonNotToTrace(): string | null {
  const { error, status, stderr } = spawnSync('strace', ['-o', '/dev/null', 'true'], { encoding: 'utf8' })
  if (error) return `strace cannot be run (${error.message})`
  return status === 0 ? null : `strace says: ${stderr.trim()}`
}
