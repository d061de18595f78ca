import { createServer } from 'node:http'
import type { Page, Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { listen } from '../../examples/listen.ts'
import { startExample, type Example } from '../../examples/spa/start.ts'
import { keptBy, missingChromium, screenshot, startBrowser, type Browser } from '../support/chromium.ts'

describe.skipIf(missingChromium)(
  `the page of the example in Chromium${missingChromium ? `: ${missingChromium}` : ''}`,
  { timeout: 60_000 },
  () => {
    let example: Example
    let browser: Browser
    let page: Page
    let requests: Request[]
    let messages: string[]

    beforeAll(async () => {
      example = await startExample()
      browser = await startBrowser()
    })
    afterAll(async () => {
      await browser.close()
      await example.close()
    })

    beforeEach(async () => {
      requests = []
      messages = []
      await browser.context.clearCookies()
      page = await browser.context.newPage()
      page.on('request', (request) => requests.push(request))
      page.on('console', (message) => messages.push(message.text()))
      page.on('pageerror', (error) => messages.push(error.message))
      await page.goto(example.page)
    })
    afterEach(async () => {
      await page.close()
      const origins = requests.map((request) => new URL(request.url()).origin)
      const known = [example.page, example.provider, example.gateway]
      expect(
        origins.filter((origin) => !known.includes(origin)),
        'asks no other host',
      ).toEqual([])
    })

    it('signs in at the provider, activates the profile and shows it, from the keyboard alone', async () => {
      await page.getByRole('button', { name: 'Sign in' }).press('Enter')
      await page.getByLabel('Username').waitFor()
      await page.keyboard.type('Jane Doe')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Jane Doe' }).waitFor()
      const shown = await page.locator('dl').innerText()
      await screenshot(page, 'spa-activated')
      for (const text of [
        'jane.doe@example.com',
        'example',
        'u_ATMsh2UYp5O3wbjfr21LQE_12wmyHGYnyllxDMJPaWo_0',
      ])
        expect(shown).toContain(text)
      expect(operations()).toEqual([expect.stringContaining('activateMyProfile')])
      expect(page.url(), 'the code is gone').toBe(`${example.page}/`)
      expect(messages).toEqual([])

      await page.getByRole('button', { name: 'Read again' }).press('Enter')
      await expect.poll(operations).toHaveLength(2)
      expect(operations()[1]).toContain('viewer')
      await page.getByRole('heading', { name: 'Jane Doe' }).waitFor()
      expect(messages).toEqual([])
    })

    it('makes the same profile of somebody who comes again, whom the provider still knows', async () => {
      await signIn('jack')
      const uid = await page.locator('[data-of=uid]').innerText()
      await page.reload()
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('heading', { name: 'jack' }).waitFor()
      expect(await page.locator('[data-of=uid]').innerText()).toBe(uid)
      expect(messages).toEqual([])
    })

    it('signs out at the provider too: somebody else can sign in', async () => {
      await signIn('first')
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('heading', { name: 'Sign out?' }).waitFor()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await signIn('second')
      expect(messages).toEqual([])
      const addresses = requests.map((request) => request.url()).join()
      expect(addresses, 'no token is in an address').not.toContain('eyJ')
    })

    it('keeps nothing: not in storage, not in a cookie, not in the history, and no token on disk', async () => {
      await signIn('jane')
      const [posted] = requests.filter((request) => request.url() === `${example.gateway}/graphql`)
      const { authorization = '' } = { ...(await posted?.allHeaders()) }
      const token = authorization.slice('Bearer '.length)
      expect(token).toMatch(/^eyJ/)
      expect(await keptBy(page)).toEqual([])
      expect(await browser.filesWith([token.split('.')[2] ?? token])).toEqual([])
      browser = await startBrowser()
    })

    it('says that a profile is disabled, and leaves it so', async () => {
      await signIn('disabled')
      const uid = await page.locator('[data-of=uid]').innerText()
      await example.disable(uid)
      await page.getByRole('button', { name: 'Read again' }).click()
      await alert('Your profile is disabled.')
      await page.reload()
      await page.getByRole('button', { name: 'Sign in' }).click()
      await alert('Your profile is disabled.')
      await page.getByRole('button', { name: 'Sign out' }).waitFor()
      expect(messages).toEqual([])
    })

    it.each(['?code=x&state=y', '?error=access_denied', '?code=x'])(
      'takes no answer that it has not asked for: %s',
      async (search) => {
        await page.goto(`${example.page}/${search}`)
        await alert('This sign-in was not started here')
        expect(page.url()).toBe(`${example.page}/`)
        expect(requests.filter((request) => request.method() === 'POST')).toEqual([])
        expect(messages).toEqual([])
      },
    )

    it.each([
      ['state', 'This sign-in was not started here'],
      ['nonce', 'The answer of the provider is for somebody else'],
      ['code_challenge', 'You were not signed in'],
    ])('takes no answer for a sign-in with another %s', async (parameter, text) => {
      await page.route(`${example.provider}/auth?*`, async (route) => {
        const url = new URL(route.request().url())
        url.searchParams.set(parameter, 'another'.repeat(7).slice(0, 43))
        await route.continue({ url: url.href })
      })
      await page.getByRole('button', { name: 'Sign in' }).click()
      await continueAs('jane')
      await alert(text)
      expect(page.url()).toBe(`${example.page}/`)
      expect(operations()).toEqual([])
      expect(await page.evaluate('sessionStorage.length')).toBe(0)
    })

    it.each([
      ['gateway', 'cannot be reached'],
      ['provider', 'cannot be reached'],
    ] as const)('says that the %s cannot be reached', async (which, text) => {
      await page.route(`${example[which]}/{graphql,.well-known/openid-configuration}`, (route) =>
        route.abort('connectionrefused'),
      )
      await page.getByRole('button', { name: 'Sign in' }).click()
      if (which === 'gateway') await continueAs('jane')
      await alert(text)
    })

    it('is the only page that the gateway answers, and only at /graphql', async () => {
      await signIn('jane')
      const [posted] = requests.filter((request) => request.url() === `${example.gateway}/graphql`)
      const { authorization } = { ...(await posted?.allHeaders()) }
      const ask = (path: string) => `(async () => {
        const response = await fetch(${JSON.stringify(example.gateway + path)}, {
          method: 'POST',
          headers: { authorization: ${JSON.stringify(authorization)}, 'content-type': 'application/json' },
          body: JSON.stringify({ query: '{ viewer { username } }' }),
        })
        return response.json()
      })().catch((error) => error.name)`
      expect(await page.evaluate(ask('/graphql'))).toEqual({ data: { viewer: { username: 'jane' } } })
      expect(await page.evaluate(ask('/_security/_authenticate'))).toBe('TypeError')

      const other = createServer((_, response) =>
        response.setHeader('content-type', 'text/html').end('<p>other'),
      )
      const { origin, close } = await listen(other)
      onTestFinished(close)
      const stranger = await browser.context.newPage()
      await stranger.goto(origin)
      expect(await stranger.evaluate(ask('/graphql'))).toBe('TypeError')
      await stranger.close()
    })

    async function signIn(username: string) {
      await page.getByRole('button', { name: 'Sign in' }).click()
      await continueAs(username)
      await page.getByRole('heading', { name: username }).waitFor()
    }

    async function continueAs(username: string) {
      await page.getByLabel('Username').fill(username)
      await page.getByRole('button', { name: 'Continue' }).click()
    }

    async function alert(text: string) {
      await page.getByRole('alert').filter({ hasText: text }).waitFor()
    }

    function operations() {
      return requests
        .filter((request) => request.url() === `${example.gateway}/graphql`)
        .map((request) => (request.postDataJSON() as { query: string }).query)
    }
  },
)
