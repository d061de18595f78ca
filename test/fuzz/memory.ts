import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/** How much memory a process uses. */
export interface Memory {
  /** What lives in the heap of JavaScript after a collection, in bytes. */
  readonly heap: () => Promise<number>
  readonly close: () => void
}

interface Reply {
  readonly id?: number
  readonly result?: { readonly usedSize?: number }
}

/** Reads it by the process's debugger. */
export async function openMemory(debuggerAddress: string): Promise<Memory> {
  const socket = new WebSocket(debuggerAddress)
  await once(socket, 'open')
  const waiting = new Map<number, (reply: Reply) => void>()
  let sent = 0
  socket.addEventListener('message', ({ data }) => {
    const reply = JSON.parse(String(data)) as Reply
    if (reply.id !== undefined) waiting.get(reply.id)?.(reply)
  })

  return {
    async heap() {
      // What a first collection finalizes, a second one frees.
      await ask('HeapProfiler.collectGarbage')
      await ask('HeapProfiler.collectGarbage')
      const { result } = await ask('Runtime.getHeapUsage')
      return result?.usedSize ?? NaN
    },
    close: () => {
      socket.close()
    },
  }

  function ask(method: string): Promise<Reply> {
    const id = ++sent
    socket.send(JSON.stringify({ id, method }))
    return new Promise((resolve) => waiting.set(id, resolve))
  }
}

/** What of it is in the machine's memory, in bytes. */
export function residentMemoryOf(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) * 1_024
}
