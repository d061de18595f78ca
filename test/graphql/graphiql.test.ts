import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { buildSchema, parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { graphiqlPage } from '../../src/graphql/graphiql.ts'

const { html, headers } = await graphiqlPage()
const page = html.toString()
const policy = headers['content-security-policy'] ?? ''
const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script)
const styles = [...page.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style = '']) => style)
const markup = page.replace(/<(script|style)>[\s\S]*?<\/\1>/g, '')

describe('the GraphiQL page', () => {
  it('names nothing to be loaded: markup without addresses, styles with data only', () => {
    expect(markup.length).toBeLessThan(1000)
    expect(markup).not.toMatch(/https?:|\ssrc=|href="(?!data:)/)
    for (const style of styles) expect(style).not.toMatch(/@import|url\((?!["']?data:)/)
  })

  it('allows exactly its own scripts, by hash', () => {
    const hashes = scripts.map((script) => `'sha256-${hash('sha256', script, 'base64')}'`)
    expect(policy.split('; ')).toContain(`script-src ${hashes.join(' ')}`)
  })

  it('has scripts that a browser hashes byte by byte: no carriage return, no U+0000', () => {
    expect(page).not.toMatch(/[\r\0]/)
  })

  it.each([
    "default-src 'none'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ])('is sent with the policy %s', (directive) => {
    expect(policy.split('; ')).toContain(directive)
  })

  it('is sent with a policy that names no other host and evaluates no text', () => {
    expect(policy).not.toMatch(/\*|https?:|unsafe-eval|script-src[^;]*unsafe/)
  })

  it('is HTML in UTF-8', () => {
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8' })
  })
})

describe('the example on the GraphiQL page', () => {
  const document = parse(initially('initialQuery'))
  const schemaFile = new URL('../../schema.graphql', import.meta.url)

  it('is one mutation whose credentials are variables', () => {
    expect(document.definitions).toMatchObject([
      { operation: 'mutation', name: { value: 'ActivateProfile' } },
    ])
    expect(JSON.parse(initially('initialVariables'))).toEqual({
      grant: { password: { username: 'jacknich', password: '' } },
    })
  })

  it('is valid in schema.graphql', () => {
    expect(validate(buildSchema(readFileSync(schemaFile, 'utf8')), document)).toEqual([])
  })
})

function initially(option: string): string {
  const [, value = ''] = new RegExp(`${option}: (".*"),`).exec(scripts.at(-1) ?? '') ?? []
  return JSON.parse(value) as string
}
