/** Where a piece of an input begins, and where it ends. */
export interface Place {
  /** Counted from 1. */
  readonly line: number
  readonly lastLine: number
  /** Counted from 0. */
  readonly byte: number
}

/** A JSON object of an input, or what is wrong in the place of one. */
export type Piece = Place &
  (
    | {
        /** By itself, from the hits of a search response, or such a response without its hits. */
        readonly kind: 'value' | 'hit' | 'response'
        readonly bytes: Buffer
      }
    | { readonly kind: 'broken'; readonly problem: string }
  )

/** The largest piece, in bytes. */
export const largestPiece = 20 * 1024 * 1024

/**
 * Finds the JSON objects that follow each other in an input, whatever is between them, and those in `hits.hits` of
 * search responses, each by itself. It holds one at a time. It only finds where they begin and end: whether
 * they are JSON is for the reader to say. After what is broken it goes on with the next line that begins with `{`.
 */
export class Splitter {
  private pieces: Piece[] = []
  private chunk: Buffer = Buffer.alloc(0)
  /** How many bytes came in earlier chunks. */
  private passed = 0
  private line = 1
  private startsLine = true

  /** What closes the open brackets, as far as they are looked at. */
  private readonly closers = new Uint8Array(128)
  private depth = 0
  private inString = false
  private escaped = false
  /** The last byte outside of strings that is not white space. */
  private previous = 0
  /** How much of the name `hits` the current string has matched so far, or -1; only near the top. */
  private matched = -1
  /** We are in the member `hits` of the whole, or in the list `hits` of that. */
  private within: 'nothing' | 'hits' | 'hits.hits' = 'nothing'

  private whole = new Collected()
  private hit: Collected | null = null
  private lost: { place: Omit<Place, 'lastLine'>; problem: string } | null = null

  /** What a chunk of the input completes. The pieces may be views of the chunk. */
  feed(chunk: Buffer): Piece[] {
    this.pieces = []
    this.chunk = chunk
    for (let at = 0; at < chunk.length; at++) {
      if (this.inString && this.depth > 2 && !this.escaped) at = endOfPlain(chunk, at)
      if (at < chunk.length) this.take(chunk[at] ?? 0, at)
    }
    this.whole.leave(chunk)
    this.hit?.leave(chunk)
    this.passed += chunk.length
    return this.pieces
  }

  /** What the end of the input completes. */
  end(): Piece[] {
    this.pieces = []
    if (this.depth > 0) this.lose('the input ends in the middle of it')
    this.find(this.startsLine ? this.line - 1 : this.line)
    return this.pieces
  }

  private take(byte: number, at: number): void {
    const startsLine = this.startsLine
    this.startsLine = byte === newline
    if (this.inString) this.character(byte)
    else if (this.lost) {
      if (startsLine && byte === brace) this.begin(at)
    } else if (this.depth > 0) this.inside(byte, at, startsLine)
    else if (byte === brace) this.begin(at)
    else if (!isSpace(byte) && byte !== byteOrderMark[this.passed + at])
      this.lose('expected an object', this.placeOf(at))
    if (byte === newline) this.line += 1
  }

  private character(byte: number): void {
    if (this.depth <= 2 && byte !== quote) this.matched = byte === hits[this.matched] ? this.matched + 1 : -1
    if (byte === newline) this.lose('a string in it has no end')
    else if (this.escaped) this.escaped = false
    else if (byte === backslash) this.escaped = true
    else if (byte === quote) this.inString = false
  }

  private inside(byte: number, at: number, startsLine: boolean): void {
    if (isSpace(byte)) return
    if (this.within === 'hits.hits' && this.depth === 3 && !mayFollowHit.includes(byte))
      this.lose('expected objects in the list of hits')
    else if (byte === brace || byte === bracket) this.open(byte, at, startsLine)
    else if (byte === brace + 2 || byte === bracket + 2) this.close(byte, at)
    else if (byte === quote) {
      this.inString = true
      this.matched = 0
    }
    this.previous = byte
  }

  private open(byte: number, at: number, startsLine: boolean): void {
    const inList = this.closers[this.depth - 1] === bracket + 2
    const isExpected = inList ? [bracket, comma].includes(this.previous) : this.previous === colon
    if (!isExpected && this.depth < this.closers.length) {
      this.lose('it is cut off')
      if (startsLine && byte === brace) this.begin(at)
      return
    }
    this.closers[this.depth] = byte + 2
    this.depth += 1
    if (this.within === 'hits.hits') {
      if (this.depth === 4) this.hit = new Collected(this.placeOf(at), at)
    } else if (this.depth <= 3 && this.matched === hits.length) {
      if (this.depth === 2 && byte === brace) this.within = 'hits'
      if (this.depth === 3 && byte === bracket && this.within === 'hits') {
        this.within = 'hits.hits'
        this.whole.pause(this.chunk, at + 1)
      }
    }
  }

  private close(byte: number, at: number): void {
    if (this.depth <= this.closers.length && byte !== this.closers[this.depth - 1]) {
      this.lose('a bracket in it is closed by another')
      return
    }
    this.depth -= 1
    if (this.within === 'hits.hits' && this.depth === 3 && this.hit) {
      this.give('hit', this.hit, at)
      this.hit = null
    } else if (this.within === 'hits.hits' && this.depth === 2) {
      this.within = 'nothing'
      this.whole.isResponse = true
      this.whole.resume(at)
    } else if (this.depth === 1) this.within = 'nothing'
    else if (this.depth === 0) this.give(this.whole.isResponse ? 'response' : 'value', this.whole, at)
  }

  private begin(at: number): void {
    this.find(this.line - 1)
    this.whole = new Collected(this.placeOf(at), at)
    this.closers[0] = brace + 2
    this.depth = 1
    this.previous = brace
  }

  private give(kind: 'value' | 'hit' | 'response', collected: Collected, at: number): void {
    const place = { ...collected.place, lastLine: this.line }
    const bytes = collected.finish(this.chunk, at + 1)
    this.pieces.push(
      bytes ? { kind, bytes, ...place } : { kind: 'broken', problem: 'it is larger than 20 MiB', ...place },
    )
  }

  /** Gives up what is under way, up to the next line that begins with `{`. */
  private lose(problem: string, place = (this.hit ?? this.whole).place): void {
    const rest = this.within === 'hits.hits' ? ', and the rest of the response is not read' : ''
    this.lost = { place, problem: problem + rest }
    this.whole = new Collected()
    this.hit = null
    this.depth = 0
    this.inString = this.escaped = false
    this.within = 'nothing'
  }

  /** Says what was lost, if anything was, as it is over now. */
  private find(lastLine: number): void {
    if (!this.lost) return
    const { place, problem } = this.lost
    this.pieces.push({ kind: 'broken', problem, ...place, lastLine: Math.max(place.line, lastLine) })
    this.lost = null
  }

  private placeOf(at: number): Omit<Place, 'lastLine'> {
    return { line: this.line, byte: this.passed + at }
  }
}

/** The bytes of a piece, of which there may be parts in several chunks. */
class Collected {
  readonly place: Omit<Place, 'lastLine'>
  isResponse = false
  private parts: Buffer[] = []
  private size = 0
  /** Where the part begins that is in the current chunk, or -1. */
  private from: number

  constructor(place: Omit<Place, 'lastLine'> = { line: 1, byte: 0 }, from = -1) {
    this.place = place
    this.from = from
  }

  /** A chunk is over. */
  leave(chunk: Buffer): void {
    if (this.from < 0) return
    this.keep(chunk.subarray(this.from))
    this.from = 0
  }

  pause(chunk: Buffer, end: number): void {
    this.keep(chunk.subarray(this.from, end))
    this.from = -1
  }

  resume(from: number): void {
    this.from = from
  }

  /** The whole of it, or null if it is too large. */
  finish(chunk: Buffer, end: number): Buffer | null {
    this.pause(chunk, end)
    if (this.size > largestPiece) return null
    return this.parts.length === 1 ? (this.parts[0] ?? null) : Buffer.concat(this.parts)
  }

  private keep(part: Buffer): void {
    this.size += part.length
    if (this.size > largestPiece) this.parts = []
    else this.parts.push(part)
  }
}

const [newline, quote, comma, colon, bracket, backslash, brace] = [0x0a, 0x22, 0x2c, 0x3a, 0x5b, 0x5c, 0x7b]
const hits = Buffer.from('hits')
const mayFollowHit = [comma, brace, bracket + 2]
const byteOrderMark = Buffer.from('\uFEFF')

/** Where the first byte from there is that means something inside of a string. */
function endOfPlain(chunk: Buffer, from: number): number {
  let at = from
  for (let byte; (byte = chunk[at]) !== undefined; at++)
    if (byte === quote || byte === backslash || byte === newline) break
  return at
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === newline || byte === 0x0d || byte === 0x09
}
