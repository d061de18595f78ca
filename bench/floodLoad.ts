// A flood of wrong passwords, from a process of its own: half of its clients send them as callers, half as grants of the
// application. Each comes again as soon as it has its answer, and a second after it was refused. No name comes twice.

import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from './connection.ts'
import type { Deluge, Tally } from './flooding.ts'
import { authorization } from './people.ts'

const tally: Tally = { wrong: 0, refused: 0 }
let tries = 0
let over = false

process.on('message', (message: Deluge | 'end') => {
  if (message !== 'end') void flood(message)
  else {
    over = true
    process.send?.(tally)
  }
})
process.on('disconnect', () => process.exit())
// Who started it ends it.
process.on('SIGINT', () => undefined)

async function flood({ port, clients, sources, beyond }: Deluge): Promise<void> {
  // Not all at once: the server would be busy with those alone for a while, and its system drops some.
  for (let n = 0; n < clients && !over; n++) {
    const source = (n >> 1) % sources
    await sleep(2)
    void client(await Connection.open(port, `127.0.1.${source + 1}`), n, source, beyond)
  }
}

async function client(connection: Connection, n: number, source: number, beyond: number): Promise<void> {
  while (!over) {
    const name = `nobody-${tries++}`
    const { status } = await connection.exchange(n % 2 === 0 ? asCaller(name) : asGrant(name, source))
    if (status !== 401 && status !== 503) throw new Error(`the flood is answered with ${status}`)
    if (status === 401) tally.wrong += 1
    else if (++tally.refused === beyond) process.send?.('full')
    if (status === 503) await sleep(1_000)
  }
  connection.close()
}

function asCaller(name: string): Buffer {
  const credentials = Buffer.from(`${name}:wrong`).toString('base64')
  return bytes(['GET /_security/_authenticate HTTP/1.1', `authorization: Basic ${credentials}`])
}

function asGrant(username: string, source: number): Buffer {
  const body = JSON.stringify({ grant_type: 'password', username, password: 'wrong' })
  return bytes(
    [
      'POST /_security/profile/_activate HTTP/1.1',
      `authorization: ${authorization}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      `subject-address: 203.0.113.${source + 1}`,
    ],
    body,
  )
}

function bytes(lines: readonly string[], body = ''): Buffer {
  return Buffer.from(`${[...lines, 'host: 127.0.0.1'].join('\r\n')}\r\n\r\n${body}`)
}
