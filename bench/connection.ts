import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** An answer, as far as the bench looks at it. */
export interface Answer {
  readonly status: number
  readonly body: string
}

/** How long a server may be silent, in milliseconds. */
const patience = 30_000

/**
 * A connection that is kept, with one request on it at a time. It reads no more of HTTP than the bench's servers
 * speak, since whatever the generator spends is taken from them.
 */
export class Connection {
  readonly #socket: Socket
  #waiting: { resolve: (answer: Answer) => void; reject: (reason: Error) => void } | undefined
  #partial: Buffer | undefined

  /** Opens a connection to a port of this machine, from an address of it. */
  static async open(port: number, localAddress?: string): Promise<Connection> {
    const connection = new Connection(port, localAddress)
    await once(connection.#socket, 'connect')
    return connection
  }

  private constructor(port: number, localAddress?: string) {
    const received = Buffer.allocUnsafe(65_536)
    const onread = {
      buffer: received,
      callback: (length: number) => {
        this.#receive(received.subarray(0, length))
        return true
      },
    }
    this.#socket = connect({
      ...{ host: '127.0.0.1', port, noDelay: true, onread },
      ...(localAddress !== undefined && { localAddress }),
    })
    this.#socket.setTimeout(patience, () => this.#waiting?.reject(new Error('the server does not answer')))
    this.#socket.on('error', (error) => this.#waiting?.reject(error))
    this.#socket.on('close', () => this.#waiting?.reject(new Error('the server has closed the connection')))
  }

  /** Sends a request and waits for its answer. */
  exchange(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      if (this.#socket.destroyed) reject(new Error('the server has closed the connection'))
      else this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    const bytes = this.#partial ? Buffer.concat([this.#partial, chunk]) : chunk
    const answer = answerIn(bytes)
    // The next chunk will be where this one is.
    this.#partial = answer ? undefined : Buffer.from(bytes)
    if (!answer) return
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.resolve(answer)
  }
}

function answerIn(bytes: Buffer): Answer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = bytes.toString('latin1', 0, headEnd)
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? []
  if (length === undefined) throw new Error(`an answer of unknown length: ${head}`)
  const end = headEnd + 4 + Number(length)
  if (bytes.length < end) return undefined
  return { status: Number(head.slice(9, 12)), body: bytes.toString('utf8', headEnd + 4, end) }
}
