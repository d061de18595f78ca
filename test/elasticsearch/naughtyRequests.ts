import { expect } from 'vitest'
import { basic, elastic, type Credentials, type Fetch } from '../support/testApp.ts'

export const activatePath = '/_security/profile/_activate'

export interface Sending {
  body?: unknown
  type?: string
  /** Credentials, or an `Authorization` header as it is. */
  caller?: Credentials | string
  fetch?: Fetch
}

export interface Answer {
  status: number
  text: string
  challenges: string | null
  product: string | null
}

/** Sends requests as they are, in process unless something else is said. */
export function sendingTo(inProcess: Fetch) {
  return async function send(
    method: string,
    path: string,
    { body, type = 'application/json', caller = elastic, fetch = inProcess }: Sending = {},
  ): Promise<Answer> {
    const asIs = typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream
    const response = await fetch(path, {
      method,
      headers: {
        authorization: typeof caller === 'string' ? caller : basic(caller),
        ...(body !== undefined && { 'content-type': type }),
      },
      ...(body !== undefined && { body: asIs ? (body as BodyInit) : JSON.stringify(body), duplex: 'half' }),
    })
    return {
      status: response.status,
      text: await response.text(),
      challenges: response.headers.get('www-authenticate'),
      product: response.headers.get('x-elastic-product'),
    }
  }
}

/** A refusal as Elasticsearch words it: of this status, or of any that blames the request. */
export function expectRefusal({ status, text, product }: Answer, expected?: number): void {
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  if (expected !== undefined) expect(status).toBe(expected)
  expect(product).toBe('Elasticsearch')
  const body = JSON.parse(text) as { error: unknown; status: number }
  const named = { type: expect.any(String) as string, reason: expect.any(String) as string }
  expect(body.status).toBe(status)
  if (status === 406) expect(body).toEqual({ error: expect.stringMatching(/./) as string, status })
  else expect(body.error).toMatchObject({ root_cause: [named], ...named })
}
