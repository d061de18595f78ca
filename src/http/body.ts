// The bodies of requests: each is bounded, and so is what all of them hold together, packed and unpacked. What is refused is
// read on and thrown away, so that its sender gets to see the answer.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Failure, failureOf } from '../errors.ts'
import { contentCodingOf, unpacked, unpackingSize, type ContentCoding } from './contentCoding.ts'
import { takeEarly } from './early.ts'
import { addPiece } from './pieces.ts'

/** A body that has come. */
export interface Body {
  readonly bytes: Buffer
  /** Its bytes count as held until the work with them is over. */
  readonly heldFor: <T>(work: Promise<T>) => Promise<T>
}

/**
 * Reads a request's body, once its sender is told to send it, and unpacks it.
 * @throws `TOO_LARGE` beyond the limit, `INVALID_INPUT`, `UNAVAILABLE`
 */
export type ReadBody = (request: IncomingMessage, response: ServerResponse, limit: number) => Promise<Body>

interface Coming {
  /** What it holds, in bytes, and how much of that has come. */
  size: number
  content: number
  readonly refuse: () => void
}

/** How much of a body that is refused is read and thrown away. */
const patience = 64 * 1024 * 1024

/** What a request is told of a body that breaks off, and why each did. */
const brokenOff = Symbol('broken off')
const reasons = new WeakMap<IncomingMessage, Failure>()

/**
 * Makes what reads bodies, as long as all of them hold at most `most` bytes together. Where they would hold more, the
 * largest of those still coming is refused: small ones find room, however many large ones there are, however slowly
 * those come, and however long the work with them takes.
 */
export function createReadBody(most: number, reportRefusal: () => void): ReadBody {
  const coming = new Set<Coming>()
  /** What has no more is never refused: a connection takes as much. */
  const small = most / 8_192
  let held = 0

  return function readBody(request, response, limit) {
    return new Promise((resolve, reject) => {
      let chunks: Buffer[] = []
      let received = 0
      const coding = contentCodingOf(request.headers['content-encoding'])
      let refusal = coding instanceof Failure ? coding : null
      const body: Coming = { size: 0, content: 0, refuse: () => drop(noRoom()) }
      // Whoever sends it may be gone already.
      const isGone = response.destroyed || (request.destroyed && !request.readableEnded)
      const reason = reasons.get(request) ?? (isGone ? brokeOff(request.errored) : null)
      const isAwaited = request.headers.expect !== undefined && request.httpVersion === '1.1'
      const declared = Number(request.headers['content-length'] ?? 0)
      const isTooLarge = declared > limit + (isAwaited ? 0 : patience)
      if (reason !== null || isTooLarge || (isAwaited && refusal !== null)) {
        fail(reason ?? refusal ?? tooLarge(limit))
        return
      }
      if (isAwaited) response.writeContinue()
      for (const chunk of takeEarly(request)) take(chunk)
      request.once(brokenOff, fail).on('error', broke)
      if (request.readableEnded) end()
      else request.on('data', take).once('end', end)

      function broke(cause: unknown): void {
        if (!request.readableEnded) fail(brokeOff(cause))
      }

      function take(chunk: Buffer): void {
        received += chunk.length
        if (received > limit) drop(refusal ?? tooLarge(limit))
        if (refusal === null) keep(chunk)
        else if (received > limit + patience) fail(refusal)
      }

      function end(): void {
        if (refusal !== null && received > 0) return fail(refusal)
        // Or the request would keep the body for as long as its answer takes.
        request.off(brokenOff, fail).off('error', broke).off('data', take)
        if (typeof coding === 'function' && received > 0) return void unpack(coding)
        coming.delete(body)
        const bytes = joined(chunks)
        chunks = []
        resolve({ bytes, heldFor })
      }

      function keep(chunk: Buffer): void {
        addPiece(chunks, chunk)
        coming.add(body)
        body.content += chunk.length
        hold(chunk.length)
      }

      function hold(size: number): void {
        body.size += size
        held += size
        // Packed and unpacked, one alone may be larger than the room.
        while (held > most && held > body.size) {
          const one = largest(coming)
          if (one === undefined || one.content <= small) return
          one.refuse()
        }
      }

      async function unpack(coding: ContentCoding): Promise<void> {
        const packed = joined(chunks)
        let size = 0
        chunks = []
        hold(unpackingSize)
        try {
          for await (const chunk of unpacked(packed, coding)) {
            size += chunk.length
            if (size > limit) drop(refusal ?? tooLarge(limit))
            if (refusal !== null) throw refusal
            keep(chunk)
          }
          if (refusal !== null) throw refusal
          hold(-packed.length - unpackingSize)
          coming.delete(body)
          // A small one is a slice of a large buffer of zlib, which would stay.
          resolve({ bytes: Buffer.concat(chunks), heldFor })
        } catch (thrown) {
          fail(failureOf(thrown))
        }
      }

      function drop(why: Failure): void {
        refusal = why
        chunks = []
        coming.delete(body)
        giveBack()
      }

      function giveBack(): void {
        held -= body.size
        body.size = 0
      }

      function fail(given: Failure): void {
        drop(refusal ?? given)
        // What is still to come of it is not read.
        if (!request.complete && !response.headersSent) response.setHeader('connection', 'close')
        reject(refusal ?? given)
      }

      function heldFor<T>(work: Promise<T>): Promise<T> {
        work.then(giveBack, giveBack)
        return work
      }
    })
  }

  function noRoom(): Failure {
    reportRefusal()
    const message = 'the bodies of too many requests are under way, try again later'
    return new Failure('UNAVAILABLE', message, { retryAfterSeconds: 1, isReported: true })
  }
}

/** Ends a body that does not come any further, with the reason for which whoever reads it fails. */
export function breakOff(request: IncomingMessage, reason: Failure): void {
  reasons.set(request, reason)
  request.emit(brokenOff, reason)
}

function tooLarge(limit: number): Failure {
  return new Failure('TOO_LARGE', `the request body is larger than ${limit} bytes`)
}

function brokeOff(cause: unknown): Failure {
  return new Failure('INVALID_INPUT', 'the request body broke off', { cause })
}

function largest(bodies: Iterable<Coming>): Coming | undefined {
  let found: Coming | undefined
  for (const one of bodies) if (found === undefined || one.content > found.content) found = one
  return found
}

function joined(chunks: readonly Buffer[]): Buffer {
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
}
