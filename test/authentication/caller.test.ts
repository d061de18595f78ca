import { beforeAll, describe, expect, it, vi } from 'vitest'
import { createIdentifyCaller } from '../../src/authentication/caller.ts'
import { createNativeRealm } from '../../src/authentication/native.ts'
import type { Caller } from '../../src/authentication/subject.ts'
import { plainUser } from '../../src/authentication/subject.ts'
import { groundless } from '../support/groundless.ts'
import { prepared } from '../support/testDatabase.ts'
import { origin, provenByRealms, source } from '../support/attempts.ts'
import { newPasswords } from '../support/passwords.ts'

const uri = '/_security/profile/_activate?pretty'
const missing = `missing authentication credentials for REST request [${uri}]`
const unproven = (principal: string) => `unable to authenticate user [${principal}] for REST request [${uri}]`
const unprovenApiKey =
  'unable to authenticate with provided credentials and anonymous access is not allowed for this request'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const basic = (username: string, password: string) => `Basic ${base64(`${username}:${password}`)}`

describe('the caller of a request', () => {
  const emptied = prepared()
  let identify: (authorization: string | undefined, uri: string) => Promise<Caller>

  beforeAll(async () => {
    const { users, securityEpoch } = await emptied()
    const passwords = newPasswords()
    const common = { roles: ['activator'], fullName: null, email: null, metadata: {}, enabled: true }
    for (const [username, password] of [
      ['app', 'app-s3cret'],
      ['empty', ''],
      ['two words', 'pass:word: '],
    ] as const) {
      await users.put(
        { ...common, username, passwordHash: await passwords.hash(password, source) },
        groundless,
      )
    }
    await users.put(
      {
        ...common,
        username: 'off',
        passwordHash: await passwords.hash('s3cret', source),
        enabled: false,
      },
      groundless,
    )
    const ref = { name: 'native', type: 'native', domain: null }
    const realm = createNativeRealm({ ref, users, passwords, owns: () => true, report: vi.fn() })
    const identifyCaller = createIdentifyCaller({ prove: provenByRealms([realm]), securityEpoch })
    identify = (authorization, of) =>
      identifyCaller({ authorization, clientAuthentication: undefined }, of, origin)
  })

  const refuses = (authorization: string | undefined, message: string) =>
    expect(identify(authorization, uri)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message })

  describe('is known', () => {
    it('by Basic credentials, as the realm knows it', async () => {
      expect(await identify(basic('app', 'app-s3cret'), uri)).toEqual({
        username: 'app',
        roles: ['activator'],
        fullName: null,
        email: null,
        metadata: {},
        realm: { name: 'native', type: 'native', domain: null },
        authenticationType: 'realm',
        ...plainUser,
        basis: { username: 'app', incarnation: expect.any(String) as string, revision: 1 },
        token: null,
        securityEpoch: expect.any(Number) as number,
        origin,
      })
    })

    it.each(['basic', 'BASIC', 'bAsIc'])('by the scheme in any case: %s', async (scheme) => {
      expect(await identify(basic('app', 'app-s3cret').replace('Basic', scheme), uri)).toMatchObject({
        username: 'app',
      })
    })

    it('with spaces around the credentials', async () => {
      expect(await identify(`Basic    ${base64('app:app-s3cret')}  `, uri)).toMatchObject({ username: 'app' })
    })

    it('with colons and spaces in the password, and spaces in the name', async () => {
      expect(await identify(basic('two words', 'pass:word: '), uri)).toMatchObject({ username: 'two words' })
    })

    it('with an empty password, where that is the password', async () => {
      expect(await identify(basic('empty', ''), uri)).toMatchObject({ username: 'empty' })
    })
  })

  describe('is unknown, and told so by name,', () => {
    it.each([
      ['app', 'wrong'],
      ['off', 's3cret'],
      ['nobody', 'app-s3cret'],
      ['APP', 'app-s3cret'],
      ['', ''],
      ['jäck', 'x'],
      ['a'.repeat(100), 'x'],
    ])('with credentials that prove nobody: %s', async (username, password) => {
      await refuses(basic(username, password), unproven(username))
    })

    it.each(['Bearer x', 'bearer a.b.c', 'BEARER  x'])('with a token: %s', async (authorization) => {
      await refuses(authorization, unproven('_bearer_token'))
    })
  })

  describe('gives no credentials', () => {
    it.each([
      undefined,
      '',
      ' ',
      'Basic',
      'Basic ',
      'Basic   ',
      'Bearer',
      'Bearer ',
      'Digest username="app"',
      'app:app-s3cret',
      'Basi YXBwOmFwcC1zM2NyZXQ=',
      ',',
      'Basic\tYXBwOmFwcC1zM2NyZXQ=',
      'Negotiate abc',
      ' '.repeat(50_000) + 'x',
      'x '.repeat(50_000),
    ])('in the header %o', async (authorization) => {
      await refuses(authorization, missing)
    })
  })

  describe('is told what is wrong with its header', () => {
    it.each(['Basic !!!', 'Basic a b', 'Basic ä', 'Basic YXBw_-', 'Basic ====', 'Basic Bearer x'])(
      'if it is not base64: %s',
      async (authorization) => {
        await refuses(authorization, 'invalid basic authentication header encoding')
      },
    )

    it.each([base64('app'), base64('\u{1f600}'), 'YQ', '=='])('if it has no colon: %s', async (value) => {
      await refuses(`Basic ${value}`, 'invalid basic authentication header value')
    })

    it.each([
      'ApiKey abc',
      'apikey YTpi',
      `ApiKey ${base64('id:key')}`,
      `ApiKey ${base64('id')}`,
      `ApiKey ${base64(':key')}`,
      `ApiKey ${base64('id:')}`,
      'ApiKey YTpiYw',
      'ApiKey YTpi\u00a0',
      'ApiKey YTpi YTpi',
      `ApiKey ${base64('x'.repeat(5_000))}`,
    ])('if it is no API key that proves anybody: %s', async (authorization) => {
      await refuses(authorization, unprovenApiKey)
    })

    it('without repeating the password or the token', async () => {
      const headers = [
        basic('app', 's3cret-value'),
        base64('s3cret-value'),
        `Basic ${base64('s3cret-value')}`,
        'Basic s3cret-value!',
        'Bearer s3cret-value',
        'ApiKey s3cret-value',
        's3cret-value',
      ]
      for (const header of headers) {
        const failure: unknown = await identify(header, uri).catch((error: unknown) => error)
        const told = String(failure) + JSON.stringify(failure)
        expect(told).not.toContain('s3cret-value')
        expect(told).not.toContain(base64('s3cret-value'))
      }
    })
  })
})
