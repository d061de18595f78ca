import { afterAll, describe, expect, it } from 'vitest'
import { createTestApp } from '../support/testApp.ts'
import { ask, expectRefused } from './ask.ts'

// By itself, because code that has just been loaded needs most of the stack: what runs often is compiled to need less.
const { fetch, close } = await createTestApp()
afterAll(close)

describe('a gateway that has just started', () => {
  it('refuses 50,000 nested lists, which need more of the stack than any other token', async () => {
    const answer = await ask(fetch, `{ user(username: ${'['.repeat(50_000)}`)
    const code = answer.errors?.[0]?.extensions.code ?? ''
    expect(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED']).toContain(code)
    expectRefused(answer, 400, code)
  })

  it.each([
    ['objects', `{ user(username: ${'{a:'.repeat(50_000)}`],
    ['types', `query ($a: ${'['.repeat(50_000)}`],
    ['selections', '{a'.repeat(50_000)],
    ['inline fragments', `{${'...{'.repeat(50_000)}`],
  ])('refuses 50,000 nested %s', async (_, document) => {
    expectRefused(await ask(fetch, document), 400, 'GRAPHQL_PARSE_FAILED')
  })

  it('serves on', async () => {
    expect(await ask(fetch, '{ viewer { username } }')).toMatchObject({ status: 200 })
  })
})
