import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A request as it goes over the wire. Each character of its head is a byte. */
export interface WireRequest {
  readonly method: string
  /** Path and query, as they are. */
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer | null
}

export interface WireAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

/** How long the gateway may be silent, in milliseconds. */
const patience = 60_000

/** A connection that is kept, with one request on it at a time. */
export class WireConnection {
  readonly #socket: Socket
  #chunks: Buffer[] = []
  #received = 0
  /** How many bytes the answer has in all, once that is known. */
  #expected = 0
  #changed: () => void = () => undefined
  #isOver: string | null = null

  static async open(address: string): Promise<WireConnection> {
    const { hostname, port } = new URL(address)
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    await once(socket, 'connect')
    return new WireConnection(socket)
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => {
      this.#chunks.push(chunk)
      this.#received += chunk.length
      if (this.#received >= this.#expected) this.#changed()
    })
    socket.on('error', ({ message }) => (this.#isOver = message))
    socket.on('close', () => {
      this.#isOver ??= 'the connection was closed'
      this.#changed()
    })
    socket.setTimeout(patience, () => {
      this.#isOver = `no answer came within ${patience / 1_000} seconds`
      socket.destroy()
    })
  }

  /** Whether another request can be sent. */
  get isOpen(): boolean {
    return this.#isOver === null
  }

  /** @throws if the connection is over before the answer is whole, or more than that comes */
  async exchange(request: WireRequest): Promise<WireAnswer> {
    this.#socket.write(bytesOf(request))
    for (;;) {
      const received = Buffer.concat(this.#chunks)
      this.#chunks = [received]
      const answer = answerIn(received, request.method)
      this.#expected = answer?.length ?? 0
      if (answer && answer.length < received.length) throw new Error('more came than one answer')
      if (answer?.length === received.length) {
        this.#chunks = []
        this.#received = this.#expected = 0
        if (isLast(answer)) this.close()
        return answer
      }
      if (this.#isOver !== null)
        throw new Error(`${this.#isOver} after ${JSON.stringify(received.toString('latin1', 0, 1_000))}`)
      await new Promise<void>((resolve) => (this.#changed = resolve))
    }
  }

  close(): void {
    this.#isOver ??= 'it was closed here'
    this.#socket.destroy()
  }
}

export function bytesOf({ method, target, headers, body }: WireRequest): Buffer {
  const lines = [`${method} ${target} HTTP/1.1`, 'host: gateway', ...headers.map((pair) => pair.join(': '))]
  if (body) lines.push(`content-length: ${body.length}`)
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)])
}

/** The answer as far as it has come, and how long it is; null before its head has. */
function answerIn(bytes: Buffer, method: string): (WireAnswer & { length: number }) | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const [, name = '', value = ''] = /^([^:]+): *(.*)$/s.exec(line) ?? []
    return [name.toLowerCase(), value]
  })
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1])
  const given = headers.find(([name]) => name === 'content-length')?.[1]
  // What cannot be read is answered whatever its method is.
  const isRead = !(status === 400 && isLast({ headers }))
  const isEmpty = (method === 'HEAD' && isRead) || status === 204
  if (given === undefined && !isEmpty) throw new Error(`an answer of unknown length: ${first}`)
  const length = end + 4 + (isEmpty ? 0 : Number(given))
  return { status, headers, body: bytes.subarray(end + 4, length), length }
}

/** Whether the connection ends with it. */
export function isLast({ headers }: Pick<WireAnswer, 'headers'>): boolean {
  return headers.some(([name, value]) => name === 'connection' && value.toLowerCase() === 'close')
}

/** A request as somebody can read it. */
export function shown({ method, target, headers, body }: WireRequest): string {
  const lines = [`${method} ${target}`, ...headers.map((pair) => pair.join(': '))].map(printable)
  return [...lines, ...(body ? ['', printable(body.toString('latin1'))] : [])].join('\n')
}

function printable(text: string): string {
  const escaped = text.replaceAll(
    /[^\x20-\x7e]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
  return escaped.length > 4_000 ? `${escaped.slice(0, 4_000)}… (${escaped.length} characters)` : escaped
}
