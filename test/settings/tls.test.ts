import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { load, problems } from '../support/loading.ts'

const pem = (name: string) => readFileSync(join(import.meta.dirname, '../support/tls', name), 'utf8')
const files = { 'server.pem': pem('server.pem'), 'server.key.pem': pem('server.key.pem') }
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const anotherKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const protectedKey = privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 's3cret' })
  .toString()
const both = 'tls: { certificate: server.pem, key: server.key.pem }'

describe('a certificate and its key', () => {
  it('are none by default', async () => {
    expect((await load('{}')).settings.tls).toBeNull()
  })

  it('are files beside gateway.yml', async () => {
    expect((await load(both, {}, files)).settings.tls).toMatchObject({
      certificate: files['server.pem'],
      key: files['server.key.pem'],
    })
  })

  it.each(['certificate: server.pem', 'key: server.key.pem'])(
    'are there together: not %s alone',
    async (one) => {
      expect(await problems(`tls.${one}`, {}, files)).toEqual([
        'gateway.yml:1: tls: expected both certificate and key',
      ])
    },
  )

  it.each([
    ['that is empty', { 'server.pem': '', 'server.key.pem': '' }],
    ['that is none', { 'server.pem': 's3cret', 'server.key.pem': 's3cret' }],
    ['of the other kind', { 'server.pem': files['server.key.pem'], 'server.key.pem': files['server.pem'] }],
  ])('are each told what is wrong with a file %s', async (_, given) => {
    expect(await problems(both, {}, given)).toEqual([
      'gateway.yml:1: tls.certificate: expected a file of certificates as PEM',
      'gateway.yml:1: tls.key: expected a file with a private key as PEM, without a passphrase',
    ])
  })

  it('are each told where none is', async () => {
    const none =
      'the file cannot be read: there is none at that path; a relative one begins at the folder of the settings (ENOENT)'
    expect(await problems(both, {}, {})).toEqual([
      `gateway.yml:1: tls.certificate: ${none}`,
      `gateway.yml:1: tls.key: ${none}`,
    ])
  })

  it('belong together', async () => {
    expect(await problems(both, {}, { ...files, 'server.key.pem': anotherKey })).toEqual([
      'gateway.yml:1: tls: the key does not belong to the certificate, which has to be the first one in its file',
    ])
  })

  it('have no passphrase', async () => {
    expect(await problems(both, {}, { ...files, 'server.key.pem': protectedKey })).toEqual([
      'gateway.yml:1: tls.key: expected a file with a private key as PEM, without a passphrase',
    ])
  })

  it.each(['5', '[a, b]', 'true'])('are named by their paths: not %s', async (value) => {
    expect(await problems(`tls.key: ${value}`)).toEqual([
      'gateway.yml:1: tls.key: expected the path of a file',
    ])
  })
})

describe('a host that others reach', () => {
  const problem = [
    'HOST: other machines would send passwords and tokens to it unencrypted: set tls.certificate and tls.key,',
    'or proxies.trusted_proxies for a proxy that has TLS, or http.insecure: true',
  ].join(' ')
  const others = [
    '0.0.0.0',
    '::',
    '',
    '192.0.2.1',
    '2001:db8::1',
    'gateway.example.com',
    '128.0.0.1',
    'localhost.example.com',
  ]

  it.each(others)('is refused in the clear: %j', async (HOST) => {
    expect(await problems('{}', { HOST })).toEqual([problem])
    expect(await problems(null, { HOST })).toEqual([problem])
  })

  it.each([both, 'proxies.trusted_proxies: [192.0.2.7]', 'http.insecure: true'])(
    'is taken with %s',
    async (settings) => {
      for (const HOST of others) expect((await load(settings, { HOST }, files)).host).toBe(HOST)
    },
  )

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])(
    'is not %s, which is this machine',
    async (HOST) => {
      expect((await load(null, { HOST })).host).toBe(HOST)
    },
  )
})
