import { describe, expect, it } from 'vitest'
import { load, problems } from '../support/loading.ts'

const allowed = async (text: string, environment = {}) =>
  (await load(`cors.allowed_origins: ${text}`, environment)).settings.cors.allowed_origins

const noOrigin = 'expected an origin as browsers write it, such as https://app.example.com'
const noHttp = 'an origin with http can be changed on its way: expected https, except for this very machine'

describe('an allowed origin', () => {
  it.each([
    'https://app.example.com',
    'https://app.example.com:8443',
    'https://xn--bcher-kva.example',
    'https://10.0.0.1',
    'https://[2001:db8::1]:444',
    'https://localhost',
    'http://127.0.0.1:5173',
    'http://127.1.2.3',
    'http://[::1]:3000',
    'http://localhost',
    'http://localhost:5173',
  ])('may be %s', async (origin) => {
    expect(await allowed(`["${origin}"]`)).toEqual([origin])
  })

  it.each([
    '*',
    'null',
    '',
    ' ',
    'app.example.com',
    '//app.example.com',
    'https://',
    'https://app.example.com/',
    'https://app.example.com/path',
    'https://app.example.com?',
    'https://app.example.com#',
    'https://app.example.com:443',
    'https://app.example.com:',
    'https://App.example.com',
    'HTTPS://app.example.com',
    'https://*.example.com',
    'https://user@app.example.com',
    'https://user:pass-w0rd@app.example.com',
    'https://bücher.example',
    'https:app.example.com',
    'https://app.example.com\\u0000',
    'https://app.example.com\\r\\nx-injected: 1',
    ' https://app.example.com',
    'https://[2001:DB8::1]',
    'http://127.1',
    'http://localhost:80',
    'ftp://app.example.com',
    'file://',
    'chrome-extension://abcdefghijklmnop',
    'data:text/html,x',
  ])('cannot be %j, which no browser sends of a page', async (origin) => {
    expect(await problems(`cors.allowed_origins: ["${origin}"]`)).toEqual([
      `gateway.yml:1: cors.allowed_origins.0: ${noOrigin}`,
    ])
  })

  it.each(['5', 'true', '[]', '{ a: 1 }', 'null'])('cannot be %s', async (value) => {
    expect(await problems(`cors.allowed_origins: [${value}]`)).toEqual([
      `gateway.yml:1: cors.allowed_origins.0: ${noOrigin}`,
    ])
  })

  it.each(['http://app.example.com', 'http://10.0.0.1', 'http://localhost.example.com', 'http://[::2]'])(
    'cannot be %s, whose pages others may have written',
    async (origin) => {
      expect(await problems(`cors.allowed_origins: ["${origin}"]`)).toEqual([
        `gateway.yml:1: cors.allowed_origins.0: ${noHttp}`,
      ])
    },
  )
})

describe('allowed origins', () => {
  it('are none by default', async () => {
    expect((await load('{}')).settings.cors).toEqual({ allowed_origins: [] })
  })

  it('may be one text with commas, as the environment gives it', async () => {
    const origins = ['https://app.example.com', 'https://b.example.com']
    expect(await allowed('${ORIGINS}', { ORIGINS: origins.join(', ') })).toEqual(origins)
    expect(await allowed('https://app.example.com')).toEqual(['https://app.example.com'])
  })

  it('are each told what is wrong, at once', async () => {
    const text =
      'cors:\n  allowed_origins:\n    - https://app.example.com\n    - "*"\n    - http://app.example.com\n'
    expect(await problems(text)).toEqual([
      `gateway.yml:2: cors.allowed_origins.1: ${noOrigin}`,
      `gateway.yml:2: cors.allowed_origins.2: ${noHttp}`,
    ])
  })

  it.each(['5', '{ a: b }'])('are a list: not %s', async (value) => {
    expect(await problems(`cors.allowed_origins: ${value}`)).toContainEqual(
      expect.stringMatching(/^gateway\.yml:1: cors\.allowed_origins(\.a)?: expected a list of origins$/),
    )
  })

  it('stand beside nothing else', async () => {
    expect(await problems('cors.allow_credentials: true')).toEqual([
      'gateway.yml:1: cors.allow_credentials: unknown setting',
    ])
  })
})
