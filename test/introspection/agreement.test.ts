import { describe, expect, it } from 'vitest'
import { agreementOf } from '../../src/realms/agreement.ts'
import { load } from '../support/loading.ts'
import { asking } from './realm.ts'

async function linesOf(changes: Parameters<typeof asking>[2] = {}): Promise<string[]> {
  const settings = asking('https://as.example.com/', 'https://as.example.com/introspect', changes)
  return agreementOf((await load(settings, { SECRET: 's3cret' })).settings).split('\n')
}

const asked = 'asked native/native, introspection/opaque'

describe('what gateways agree on of a realm that asks a server', () => {
  it('is whose users they are: the issuer, and what their username is', async () => {
    expect(await linesOf({ 'claim_patterns.principal': '(.*)@' })).toEqual([
      'realm introspection/opaque {"issuer":"https://as.example.com/","principal":{"claim":"sub","pattern":"(.*)@"}}',
      'realm native/native {}',
      asked,
    ])
  })

  it.each([
    ['the address', { 'op.introspection_endpoint': 'https://10.0.0.1/introspect' }],
    ['the client', { 'rp.client_id': 'other', 'rp.client_auth_method': 'client_secret_post' }],
    ['the terms', { allowed_clients: 'app', 'required_claims.token_type': 'Bearer' }],
    ['the memory', { 'cache.ttl': '0' }],
  ])('is not %s', async (_, changes) => {
    expect(await linesOf(changes)).toEqual(await linesOf())
  })

  it('is whether it is asked', async () => {
    expect((await linesOf()).at(-1)).toBe(asked)
    expect((await linesOf({ order: '-1', 'claims.principal': 'email' })).at(-1)).toBe(asked)
    expect((await linesOf({ enabled: 'false' })).at(-1)).toBe('asked native/native')
  })
})
