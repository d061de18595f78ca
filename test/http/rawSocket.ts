import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** An answer as it stood on the wire. */
export interface RawAnswer {
  readonly status: number
  /** By lower-case names, in turn. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

export interface RawSocket {
  readonly socket: Socket
  /** Sends bytes, each written as the character of its number. */
  readonly send: (bytes: string) => void
  /** Everything that was received, once the other side has closed the connection. */
  readonly received: () => Promise<string>
  /** The same, as answers. */
  readonly answers: () => Promise<RawAnswer[]>
  /** Waits until something has come that matches. */
  readonly until: (expected: RegExp) => Promise<void>
}

/** A connection on which nobody minds what is sent. */
export async function openSocket(address: string): Promise<RawSocket> {
  const { hostname, port } = new URL(address)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  let received = ''
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
  })
  // What is sent to a connection that was closed meanwhile.
  socket.on('error', () => undefined)
  const ended = new Promise((resolve) => socket.once('end', resolve).once('close', resolve))
  await once(socket, 'connect')
  const all = async () => {
    await ended
    socket.destroy()
    return received
  }
  return {
    socket,
    received: all,
    send: (bytes) => socket.write(Buffer.from(bytes, 'latin1')),
    answers: async () => answersIn(await all()),
    async until(expected) {
      while (!expected.test(received)) await once(socket, 'data')
    },
  }
}

/** What is answered to bytes until the other side closes the connection. */
export async function answersTo(address: string, bytes: string): Promise<RawAnswer[]> {
  const { send, answers } = await openSocket(address)
  send(bytes)
  return answers()
}

/** The answers that stand behind one another. One that is not whole fails. */
function answersIn(received: string): RawAnswer[] {
  const answers: RawAnswer[] = []
  for (let start = 0; start < received.length;) {
    const end = received.indexOf('\r\n\r\n', start)
    const [first = '', ...lines] = received.slice(start, end).split('\r\n')
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(first) ?? []
    if (status === undefined || end < 0) throw new Error(`this is no answer: ${received.slice(start)}`)
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    })
    const length = Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0)
    start = end + 4 + length
    if (start > received.length) throw new Error(`an answer broke off: ${received}`)
    answers.push({ status: Number(status), headers, body: received.slice(end + 4, start) })
  }
  return answers
}
