import { describe, expect, it } from 'vitest'
import { activate, activateAtRest, profileOf } from '../oidc/activate.ts'
import { gatewayWith } from '../oidc/gateway.ts'
import { createIssuer, syntheticPrincipal } from '../support/jwt.ts'
import { rejection } from '../support/profileBody.ts'
import { asking } from './realm.ts'
import { good, saying, startServer, type Answer } from './server.ts'

const secret = 's3cret of the gateway: %&+/'

async function gatewayAsking(answer: Answer, changes: Record<string, string | null> = {}) {
  const server = await startServer(answer)
  const app = await gatewayWith(asking(server.issuer, server.endpoint, changes), { SECRET: secret })
  return { ...app, server }
}

describe('what a server is asked', () => {
  it('is whose a token is, by a client that has a secret', async () => {
    const { fetch, server } = await gatewayAsking(saying(good))
    await profileOf(fetch, 'a/token+with~all.of-it==')
    const [{ headers, form } = {}] = server.questions
    expect(Object.fromEntries(form ?? [])).toEqual({
      token: 'a/token+with~all.of-it==',
      token_type_hint: 'access_token',
    })
    expect(headers).toMatchObject({
      authorization: `Basic ${Buffer.from(`gateway:${encoded(secret)}`).toString('base64')}`,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      'user-agent': 'profile-gateway',
    })
  })

  it('is that with the secret in its body, where it is to be there', async () => {
    const { fetch, server } = await gatewayAsking(saying(good), {
      'rp.client_auth_method': 'client_secret_post',
    })
    await profileOf(fetch, 'token')
    const [{ headers, form } = {}] = server.questions
    expect(headers).not.toHaveProperty('authorization')
    expect(Object.fromEntries(form ?? [])).toMatchObject({ client_id: 'gateway', client_secret: secret })
  })

  it('goes over one connection, one question after the other', async () => {
    const { fetch, server } = await gatewayAsking(saying({ active: false }))
    for (const token of ['one', 'two', 'three']) await activateAtRest(fetch, token)
    expect([server.questions.length, server.connections()]).toEqual([3, 1])
  })

  it.each([
    ['blank', 'to ken'],
    ['a line end', 'token\n'],
    ['a character of another alphabet', 'tökèn'],
    ['an equals sign in its middle', 'to=ken'],
    ['more than 16 KiB', 'x'.repeat(16_385)],
  ])('is nothing about what cannot be a token in a header: one with %s', async (_, token) => {
    const { fetch, server } = await gatewayAsking(saying(good))
    expect(await activate(fetch, token)).toEqual({ status: 401, reason: rejection('_bearer_token') })
    expect(server.questions).toEqual([])
  })

  it('may be of a token of 16 KiB', async () => {
    const { fetch } = await gatewayAsking(saying(good))
    expect(await activate(fetch, 'x'.repeat(16_384))).toMatchObject({ status: 200 })
  })

  it('is nothing about JWTs, which other realms verify', async () => {
    const { fetch, server } = await gatewayAsking(saying(good))
    const token = createIssuer().craft()
    expect(await activate(fetch, token)).toEqual({
      status: 401,
      reason: rejection(syntheticPrincipal(token)),
    })
    expect(server.questions).toEqual([])
  })
})

/** Source: RFC 6749, section 2.3.1. */
function encoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}
