import { hash } from '@node-rs/argon2'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { loginBackend, provision } from '../support/people.ts'
import { createTestApp } from '../support/testApp.ts'
import { activatePath, expectRefusal, sendingTo } from './naughtyRequests.ts'

const app = await createTestApp()
const send = sendingTo(app.fetch)

beforeAll(() => provision(app.fetch))
afterEach(async () => {
  const { status } = await send('GET', '/_security/_authenticate')
  expect(status, 'the process serves on').toBe(200)
})
afterAll(async () => {
  await app.close()
  expect(app.logs()).not.toMatch(/"level":[56]0|\bat .*\.ts:\d+/)
})

describe('a string that is naughty', () => {
  const strings = [
    ' ',
    ' padded ',
    'a, b,c',
    'é',
    'e\u0301',
    '日本語 한국어',
    '👩‍👩‍👧‍👦🏳️‍🌈',
    'مرحبا עולם',
    '\u202etfel-ot-thgir\u202c',
    '\u200b\ufeff\u00ad',
    'a\u0001\u001b[31m\u007f\u0085',
    'line\r\nbreak\ttab\u2028\u2029',
    '\ufffe\uffff\u{10ffff}',
    `"'\`\\/`,
    `'; DROP TABLE users; --`,
    `" OR ""="`,
    '%s%n%00${7*7}{{7*7}}',
    '<script>alert(1)</script>',
    '../../etc/passwd',
    'a/b',
    'constructor',
    '__proto__',
    'null',
    'NaN',
    '-1e309',
    'x'.repeat(65_536),
    '😀'.repeat(16_384),
  ]
  let password_hash: string

  beforeAll(async () => {
    password_hash = await hash('p@ssw0rd', { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
    await send('PUT', '/_security/user/fields', { body: { password_hash, roles: [] } })
  })

  it.each(titled(strings))('is kept exactly in a user’s fields: %s', async (_, string) => {
    const metadata = { value: string, list: [string], nested: { [`key ${string}`]: true } }
    const user = { roles: [string, 'x'], full_name: string, email: string, metadata, enabled: true }
    expect(await send('PUT', '/_security/user/fields', { body: user })).toMatchObject({ status: 200 })
    const { text } = await send('GET', '/_security/user/fields')
    expect(JSON.parse(text)).toEqual({ fields: { username: 'fields', ...user } })
    const body = { grant_type: 'password', username: 'fields', password: 'p@ssw0rd' }
    const profile = await send('POST', activatePath, { body, caller: loginBackend })
    expect(JSON.parse(profile.text)).toMatchObject({
      user: { roles: [string, 'x'], full_name: string, email: string },
    })
  })

  it.each(titled(strings))('is kept exactly in a role’s fields: %s', async (_, string) => {
    const role = {
      cluster: [],
      indices: [{ names: [string], privileges: [string], allow_restricted_indices: false, query: string }],
      applications: [{ application: string, privileges: [string], resources: [string] }],
      run_as: [string],
      global: { [`key ${string}`]: [string] },
      metadata: { value: string, nested: { [`key ${string}`]: [string] } },
    }
    expect(await send('PUT', '/_security/role/fields', { body: role })).toMatchObject({ status: 200 })
    const { text } = await send('GET', '/_security/role/fields')
    expect(JSON.parse(text)).toEqual({ fields: { ...role, transient_metadata: { enabled: true } } })
  })

  it.each(titled(strings))('describes a role exactly, or not at all: %s', async (_, string) => {
    const { status } = await send('PUT', '/_security/role/described', { body: { description: string } })
    expect(status).toBe(string.length > 1000 ? 400 : 200)
    if (status === 400) return
    const { text } = await send('GET', '/_security/role/described')
    expect(JSON.parse(text)).toMatchObject({ described: { description: string } })
  })

  it.each(titled(strings))('is a password like others, or none: %s', async (_, string) => {
    const caller = { username: 'locked', password: string }
    const put = await send('PUT', '/_security/user/locked', { body: { password: string, roles: [] } })
    expect(put.status).toBe(string.length < 6 || string.length > 4_096 ? 400 : 200)
    if (put.status === 400) return
    const body = { grant_type: 'password', ...caller }
    expect(await send('POST', activatePath, { body, caller: loginBackend })).toMatchObject({ status: 200 })
    if (string.length > 10_000) return
    expect(await send('GET', '/_security/_authenticate', { caller })).toMatchObject({ status: 200 })
  })

  it.each(titled(strings.filter((string) => string.length < 1000)))(
    'names a user and a role, or none: %s',
    async (_, string) => {
      const isName = /^[!-~]([ -~]*[!-~])?$/.test(string)
      for (const kind of ['user', 'role']) {
        const body = kind === 'user' ? { password_hash, roles: [] } : {}
        const path = `/_security/${kind}/${encodeURIComponent(string)}`
        const put = await send('PUT', path, { body })
        if (!isName) expectRefusal(put, 400)
        else expect(put).toMatchObject({ status: 200 })
        const { text } = await send('GET', `/_security/${kind}`)
        expect(Object.hasOwn(JSON.parse(text) as object, string)).toBe(isName)
        expect(await send('DELETE', path)).toMatchObject({ status: isName ? 200 : 404 })
      }
    },
  )

  it.each(titled(strings.filter((string) => string.length <= 1_024)))(
    'is repeated exactly as whom a grant named: %s',
    async (_, string) => {
      const body = { grant_type: 'password', username: string, password: string }
      const answer = await send('POST', activatePath, { body, caller: loginBackend })
      expectRefusal(answer, 401)
      expect(JSON.parse(answer.text)).toMatchObject({
        error: {
          reason: `unable to authenticate user [${string}] for action [cluster:admin/xpack/security/profile/activate]`,
        },
      })
    },
  )
})

/** The strings, each with a title that any terminal shows. */
function titled(strings: readonly string[]): [title: string, string: string][] {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return strings.map((string) => [JSON.stringify(string.slice(0, 30)).replaceAll(/[^ -~]/g, escaped), string])
}
