import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { realmAlone } from './realmAlone.ts'
import { good, saying, startServer, type Answer } from './server.ts'

const token = 't0ken-that-nobody-else-sees'
const secret = 's3cret-of-the-gateway'

/** A realm whose server gives this answer, and what it says of that. */
async function answered(answer: Answer, changes: Record<string, string> = {}) {
  const realm = await realmAlone(changes, secret)
  realm.server.answer = answer
  const thrown: unknown = await realm.ask(token).catch((failure: unknown) => failure)
  expect(thrown).toBeInstanceOf(Failure)
  expect(thrown).toMatchObject({ code: 'UNAVAILABLE' })
  // What is not in the log already says why, and nothing of what was asked.
  const { cause, isReported } = thrown as Failure
  expect(cause instanceof Error).toBe(!isReported)
  expect(inspect(cause)).not.toMatch(new RegExp(`${token}|${secret}`))
  return {
    ...realm,
    /** Expects that nothing else went wrong than this answer, and nothing of it is said. */
    expectRecovery: async () => {
      realm.server.answer = saying(good)
      expect(await realm.ask(token)).toMatchObject({ kind: 'proven', subject: { username: 'sub-1' } })
      expect(realm.problems()).toEqual([])
      for (const hidden of [secret, token]) expect(realm.logs()).not.toContain(hidden)
    },
  }
}

const typed =
  (type: string | null, body: string | Buffer, more: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(200, { ...(type !== null && { 'content-type': type }), ...more }).end(body)

const jwtAnswer = [{ alg: 'RS256', typ: 'token-introspection+jwt' }, { token_introspection: good }, {}]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.')
const unclear = 'its answer does not say whether the token is active'
const notClient = 'the gateway is not the client that it says it is in [rp], or may not ask'

describe('an answer from which nothing can be learned', () => {
  it.each<[string, Answer, string]>([
    [
      '401',
      saying({ error: 'invalid_client' }, 401),
      `it answers with status 401 [invalid_client]: ${notClient}`,
    ],
    [
      '401, with a challenge',
      (to) => to.writeHead(401, { 'www-authenticate': `Basic realm="${secret}"` }).end(),
      `it answers with status 401: ${notClient}`,
    ],
    ['403', saying(`${secret} ${token}`, 403), `it answers with status 403: ${notClient}`],
    [
      '400 for the client',
      saying({ error: 'invalid_client', error_description: `no ${secret}` }, 400),
      `it answers with status 400 [invalid_client]: ${notClient}`,
    ],
    [
      '400',
      saying({ error: 'invalid_request', error_description: token }, 400),
      'it answers with status 400',
    ],
    ['400, with an error of its own', saying({ error: secret }, 400), 'it answers with status 400'],
    [
      '404, as HTML',
      (to) => to.writeHead(404, { 'content-type': 'text/html' }).end('<html>'),
      'it answers with status 404',
    ],
    ['201', saying(good, 201), 'it answers with status 201'],
    ['204', (to) => to.writeHead(204).end(), 'it answers with status 204'],
    ['no JSON', saying(`{"active":true, ${secret}`), 'its answer is no strict JSON at line 1, column 17'],
    [
      'JSON in which a name comes twice',
      saying('{"active":false,"active":true,"sub":"sub-1","aud":"gateway"}'),
      'its answer is no strict JSON at line 1, column 17',
    ],
    [
      'JSON with U+0000',
      saying({ ...good, sub: 'a\0' }),
      'its answer is no strict JSON at line 1, column 22',
    ],
    ['nothing', typed('application/json', ''), 'its answer is no strict JSON at line 1, column 1'],
    ['a list', saying([good]), unclear],
    ['null', saying('null'), unclear],
    ['no word of active', saying({ sub: 'sub-1', aud: 'gateway' }), unclear],
    ['active as text', saying({ ...good, active: 'true' }), unclear],
    ['active as a number', saying({ ...good, active: 1 }), unclear],
    ['active as null', saying({ ...good, active: null }), unclear],
    ['JSON as text', typed('text/plain', JSON.stringify(good)), 'its answer is no application/json'],
    ['JSON as nothing', typed(null, JSON.stringify(good)), 'its answer is no application/json'],
    [
      'JSON as something longer',
      typed('application/jsonp', JSON.stringify(good)),
      'its answer is no application/json',
    ],
    [
      'a signed answer, which nobody has asked for',
      typed('application/token-introspection+jwt', jwtAnswer),
      'its answer is no application/json',
    ],
  ])('is %s', async (_, answer, reason) => {
    const { ask, logs, problems, expectRecovery } = await answered(answer)
    for (let time = 0; time < 10; time++) await expect(ask(token)).rejects.toThrow(Failure)
    expect(problems()).toEqual([`the realm [opaque] cannot learn whose tokens are: ${reason}`])
    expect(logs().split(`its server does not say whose tokens are: ${reason}`)).toHaveLength(2)
    await expectRecovery()
    expect(logs().split('its server says whose tokens are again')).toHaveLength(2)
  })

  it.each([301, 302, 303, 307, 308])('leads elsewhere with %d, and nobody goes there', async (status) => {
    const elsewhere = await startServer(saying(good))
    const { logs, expectRecovery } = await answered((response) =>
      response.writeHead(status, { location: elsewhere.endpoint }).end(),
    )
    expect(elsewhere.questions).toEqual([])
    await expectRecovery()
    expect(logs()).toContain(`its server does not say whose tokens are: it redirects with status ${status}`)
  })

  it.each<[string, Answer]>([
    ['429', saying({}, 429)],
    ['500', saying(good, 500)],
    ['503', saying(good, 503)],
    ['600', (response) => response.writeHead(600).end()],
    ['999', (response) => response.writeHead(999).end()],
    ['nothing but the end of the connection', (response) => response.destroy()],
    [
      'the first half',
      (response) =>
        response.writeHead(200, { 'content-length': 99 }).write('{"active":') &&
        setTimeout(() => response.destroy(), 10),
    ],
    ['more than 1 MiB', saying({ ...good, more: 'x'.repeat(1_048_576) })],
    [
      'more than 1 MiB once it is unpacked',
      typed('application/json', gzipSync(JSON.stringify({ ...good, more: 'x'.repeat(9_000_000) })), {
        'content-encoding': 'gzip',
      }),
    ],
  ])('is %s', async (_, answer) => {
    const { expectRecovery } = await answered(answer)
    await expectRecovery()
  })

  it.each<[string, Answer]>([
    ['never', () => undefined],
    [
      'too slowly',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const drip = setInterval(() => response.write(' '), 50)
        response.once('close', () => clearInterval(drip))
      },
    ],
  ])('comes %s', async (_, answer) => {
    const { expectRecovery } = await answered(answer, {
      'http.connect_timeout': '200ms',
      'http.connection_read_timeout': '300ms',
      'http.socket_timeout': '300ms',
    })
    await expectRecovery()
  })
})
