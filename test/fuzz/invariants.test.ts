import { describe, expect, it } from 'vitest'
import { canary } from './canary.ts'
import { growthOf } from './growth.ts'
import { createInvariants } from './invariants.ts'
import type { WireAnswer, WireRequest } from './wire.ts'

const json = ['content-type', 'application/json'] as const
const product = ['x-elastic-product', 'Elasticsearch'] as const
const challenge = ['www-authenticate', 'ApiKey'] as const

function answer(status: number, body: unknown, headers: WireAnswer['headers'] = [json, product]): WireAnswer {
  return { status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }
}

const problemOf = createInvariants({ rest: answer(401, ''), graphql: answer(401, '', [json]) })
const rest: WireRequest = { method: 'GET', target: '/_security/user', headers: [], body: null }
const graphql: WireRequest = { ...rest, method: 'POST', target: '/graphql' }

const error = { type: 'security_exception', reason: 'no' }
const refused = { error: { root_cause: [error], ...error }, status: 403 }
const failed = (extensions: object) => ({ errors: [{ message: 'no', extensions }] })

describe('an answer is as it should be', () => {
  it.each([
    ['with a body that is asked for', rest, answer(200, { a: 1 })],
    ['with an error of Elasticsearch', rest, answer(403, refused)],
    ['with a simple error', rest, answer(405, { error: 'no', status: 405 })],
    ['with what was not found', rest, answer(404, {})],
    ['with a challenge', rest, answer(401, { error: 'no', status: 401 }, [json, product, challenge])],
    ['with data', graphql, answer(200, { data: null }, [json])],
    ['with errors that have codes', graphql, answer(400, failed({ code: 'INVALID_INPUT' }), [json])],
  ])('%s', (_, request, given) => {
    expect(problemOf(request, given)).toBeNull()
  })
})

describe('an answer is wrong', () => {
  const secret = 'Basic dXNlcjpwYXNzd29yZA=='
  const withSecret = { ...rest, headers: [['Authorization', secret]] as const }

  it.each([
    ['of a status that is ours', rest, answer(500, { error: 'no', status: 500 })],
    ['of a status that means to wait', rest, answer(503, { error: 'no', status: 503 })],
    ['of a status that is never given', rest, answer(418, { error: 'no', status: 418 })],
    ['with a secret that was sent', rest, answer(400, { error: `no ${canary}`, status: 400 })],
    ['with a secret that was sent, in a header', rest, answer(200, {}, [json, product, ['x', canary]])],
    ['with the credentials that were sent', withSecret, answer(400, { error: secret, status: 400 })],
    ['without a header that all have', rest, answer(200, {}, [json])],
    ['without a challenge', rest, answer(401, { error: 'no', status: 401 })],
    ['that is no JSON', rest, answer(200, '{')],
    ['that is no UTF-8', rest, { ...answer(200, ''), body: Buffer.from([0x22, 0xff, 0x22]) }],
    ['of another type', rest, answer(200, 'no', [['content-type', 'text/plain'], product])],
    ['of the other door', rest, answer(400, failed({ code: 'INVALID_INPUT' }))],
    ['of the other door', graphql, answer(403, refused, [json])],
    ['with an error that has no code', graphql, answer(200, failed({}), [json])],
    ['with an error of another code', graphql, answer(200, failed({ code: 'OTHER' }), [json])],
    [
      'with an error that is ours beside data',
      graphql,
      answer(200, { data: {}, ...failed({ code: 'INTERNAL' }) }, [json]),
    ],
  ])('%s', (_, request, given) => {
    expect(problemOf(request, given)).not.toBeNull()
  })
})

describe('the growth of the heap', () => {
  it.each([
    ['is what stays', [100, 150, 200, 250], 100],
    ['is not what comes and goes', [100, 180, 101, 170], 1],
    ['is none where it shrinks', [100, 90, 95, 80], -20],
  ])('%s', (_, sizes, growth) => {
    expect(growthOf(sizes)).toBe(growth)
  })
})
