import { createServer } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { listen, type Listening } from '../../examples/listen.ts'
import { createGatewayClient } from '../../examples/login-backend/gatewayClient.ts'
import { createLoginBackend } from '../../examples/login-backend/loginBackend.ts'
import { jacknich, jacknichUid, loginBackend, nobody, provision } from '../support/people.ts'
import { createTestApp, elastic, rest } from '../support/testApp.ts'

const gateway = await createTestApp()
const reports: string[] = []
let url: string
let backend: Listening
beforeAll(async () => {
  url = await gateway.app.listen()
  await provision(gateway.fetch)
  backend = await start()
})
afterAll(async () => {
  await backend.close()
  await gateway.close()
})
afterEach(() => {
  expect(reports.join(), 'no report repeats what was typed').not.toMatch(/l0ng|wrong-p@ss|o'brien/)
  reports.length = 0
})

/** The application of the example, on our gateway. */
async function start(changes: Partial<Parameters<typeof createGatewayClient>[0]> = {}, origin?: string) {
  const server = createServer()
  const listening = await listen(server)
  server.on(
    'request',
    createLoginBackend({
      gateway: createGatewayClient({ url, ...loginBackend, ...changes }),
      origin: origin ?? listening.origin,
      stylesheet: '',
      report: (problem) => reports.push(problem),
    }),
  )
  return listening
}

interface Sent {
  form?: Record<string, string>
  cookie?: string
  origin?: string | null
  at?: Listening
}

async function send(path: string, { form, cookie, origin, at = backend }: Sent = {}) {
  const headers = new Headers()
  if (cookie !== undefined) headers.set('cookie', cookie)
  if (form && origin !== null) headers.set('origin', origin ?? at.origin)
  const init: RequestInit = form ? { method: 'POST', body: new URLSearchParams(form) } : {}
  const response = await fetch(at.origin + path, { ...init, headers, redirect: 'manual' })
  const [, setCookie = ''] = /^([^;]*)/.exec(response.headers.getSetCookie()[0] ?? '') ?? []
  return {
    status: response.status,
    headers: response.headers,
    text: await response.text(),
    cookie: setCookie,
  }
}

const wrong = 'Username or password is wrong, or the account is disabled.'

describe('the login form', () => {
  it('is what a visitor gets, in a page that runs nothing and cannot be framed', async () => {
    const { status, headers, text, cookie } = await send('/')
    expect([status, cookie]).toEqual([200, ''])
    expect(text).toContain('<form method="post" action="/login">')
    const policy = headers.get('content-security-policy') ?? ''
    for (const rule of ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"])
      expect(policy).toContain(rule)
    expect(policy).not.toContain('script-src')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('lets a user in, who sees the profile, under an id that nobody has sent', async () => {
    const sent = 'session=chosen-by-somebody-else'
    const { status, headers, cookie } = await send('/login', { form: jacknich, cookie: sent })
    expect([status, headers.get('location')]).toEqual([303, '/'])
    expect(headers.get('set-cookie')).toMatch(
      /^session=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    const { text } = await send('/', { cookie: `theme=dark; ${cookie}; x=y` })
    for (const shown of ['Jack Nicholson', 'jacknich@example.com', 'admin, other_role1', jacknichUid])
      expect(text).toContain(shown)
    expect((await send('/', { cookie: sent })).text).toContain('action="/login"')
  })

  it('ends the session before, where somebody logs in again', async () => {
    const first = await send('/login', { form: jacknich })
    const second = await send('/login', { form: jacknich, cookie: first.cookie })
    expect(second.cookie).not.toBe(first.cookie)
    expect((await send('/', { cookie: first.cookie })).text).toContain('action="/login"')
    expect((await send('/', { cookie: second.cookie })).text).toContain(jacknichUid)
  })

  it.each([
    ['a wrong password', { ...jacknich, password: 'wrong-p@ss' }],
    ['an unknown user', { username: 'nobody-here', password: 'wrong-p@ss' }],
    ['no password', { username: 'jacknich', password: '' }],
    ['nothing', {}],
    ['a password longer than any', { username: 'jacknich', password: 'x'.repeat(2_000) }],
    ['U+0000', { username: 'jack\0nich', password: 'wrong-p@ss' }],
  ])('says the same of %s, keeps nobody out, and starts no session', async (_, form) => {
    const { status, text, headers } = await send('/login', { form })
    expect(status).toBe(403)
    expect(text).toContain(wrong)
    expect(text).toContain('action="/login"')
    expect(headers.has('set-cookie')).toBe(false)
    expect(reports).toEqual([])
  })

  it('says the same of a disabled user, with the right password too', async () => {
    await rest(gateway.fetch, 'PUT', '/_security/user/nobody/_disable', elastic)
    onTestFinished(() => void rest(gateway.fetch, 'PUT', '/_security/user/nobody/_enable', elastic))
    for (const password of [nobody.password, 'wrong-p@ss']) {
      const { status, text } = await send('/login', { form: { ...nobody, password } })
      expect([status, text.includes(wrong)]).toEqual([403, true])
    }
  })

  it('gives the username back as text, the password never', async () => {
    const username = `"><script>alert('o'brien')</script>&amp;`
    const { text } = await send('/login', { form: { username, password: 'wrong-p@ss' } })
    expect(text).not.toContain('<script')
    expect(text).toContain('&#34;&#62;&#60;script&#62;')
    expect(text).not.toContain('wrong-p@ss')
  })

  it('is not taken from another page, nor from nowhere, and is not too long', async () => {
    const { port } = new URL(backend.origin)
    for (const origin of ['https://evil.example', `http://localhost:${port}`, 'null', null]) {
      const { status, headers } = await send('/login', { form: jacknich, origin })
      expect([status, headers.has('set-cookie')]).toEqual([403, false])
    }
    expect((await send('/login', { form: { username: 'x'.repeat(20_000) } })).status).toBe(413)
  })
})

describe('a session', () => {
  it('ends where the user logs out, by a form of this page alone', async () => {
    const { cookie } = await send('/login', { form: jacknich })
    expect((await send('/logout', { form: {}, cookie, origin: 'https://evil.example' })).status).toBe(403)
    expect((await send('/logout', { cookie })).status).toBe(404)
    expect((await send('/', { cookie })).text).toContain(jacknichUid)
    const { status, headers } = await send('/logout', { form: {}, cookie })
    expect([status, headers.get('set-cookie')]).toEqual([
      303,
      'session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
    ])
    expect((await send('/', { cookie })).text).toContain('action="/login"')
  })

  it('ends, and says why, where the profile is disabled', async () => {
    const { cookie } = await send('/login', { form: jacknich })
    await rest(gateway.fetch, 'PUT', `/_security/profile/${jacknichUid}/_disable`, elastic)
    const { status, text } = await send('/', { cookie })
    expect([status, text.includes('Your profile has been disabled.')]).toEqual([403, true])
    await rest(gateway.fetch, 'PUT', `/_security/profile/${jacknichUid}/_enable`, elastic)
    expect((await send('/', { cookie })).text).toContain('action="/login"')
  })

  it('is a cookie for this host and https alone, where browsers come over https', async () => {
    const origin = 'https://app.example.com'
    const at = await start({}, origin)
    onTestFinished(() => at.close())
    const { headers, cookie } = await send('/login', { form: jacknich, at, origin })
    expect(headers.get('set-cookie')).toMatch(
      /^__Host-session=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    )
    expect((await send('/', { at, cookie })).text).toContain(jacknichUid)
    expect((await send('/login', { form: jacknich, at })).status).toBe(403)
  })
})

describe('a gateway', () => {
  it('that cannot be reached is told apart from a wrong password, and a session outlives that', async () => {
    const proxy = createServer((_, response) => response.destroy())
    const away = await listen(proxy)
    onTestFinished(() => away.close())
    const at = await start({ url: away.origin })
    onTestFinished(() => at.close())
    const { status, text, headers } = await send('/login', { form: jacknich, at })
    expect(status).toBe(503)
    expect(text).toContain('Please try again in a minute.')
    expect(headers.has('set-cookie')).toBe(false)
    expect(reports).toEqual([expect.stringContaining('the gateway cannot be reached')])
  })

  it.each([
    ['does not know the application', { password: 'another-p@ss' }, 'UNAUTHENTICATED'],
    ['does not let the application do that', nobody, 'FORBIDDEN'],
  ])('that %s is somebody else’s to mend, and is reported', async (_, changes, code) => {
    const at = await start(changes)
    onTestFinished(() => at.close())
    const { status, text } = await send('/login', { form: jacknich, at })
    expect([status, text.includes('Logins do not work here at present.')]).toEqual([500, true])
    expect(reports).toEqual([expect.stringContaining(code)])
  })
})

describe('what was typed', () => {
  it('is in no log of the gateway', () => {
    expect(gateway.logs()).not.toMatch(/l0ng-r4nd0m|wrong-p@ss/)
  })
})
