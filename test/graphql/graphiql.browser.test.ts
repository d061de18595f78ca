import type { Page, Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { keptBy, missingChromium, screenshot, startBrowser, type Browser } from '../support/chromium.ts'
import { basic, createTestApp, elastic, rest } from '../support/testApp.ts'

/** A gateway that listens, a caller who may activate, and a user, with secrets that a search on disk would find. */
async function startGateway() {
  const { app, fetch, close } = await createTestApp()
  const shop = { username: 'shop', password: 'secret-of-the-caller' }
  const user = { username: 'jacknich', password: 'secret-of-the-user' }
  const put = (path: string, body: object) => rest(fetch, 'PUT', `/_security/${path}`, elastic, body)
  await put('role/activator', { cluster: ['manage_user_profile'] })
  await put('user/shop', { password: shop.password, roles: ['activator'] })
  await put('user/jacknich', { password: user.password, roles: [] })
  return { url: await app.listen(), caller: basic(shop), user, close }
}

describe.skipIf(missingChromium)(
  `GraphiQL in Chromium${missingChromium ? `: ${missingChromium}` : ''}`,
  () => {
    let gateway: Awaited<ReturnType<typeof startGateway>>
    let browser: Browser
    let page: Page
    let requests: Request[]
    let messages: string[]

    beforeAll(async () => {
      gateway = await startGateway()
      browser = await startBrowser()
    })
    afterAll(async () => {
      await browser.close()
      await gateway.close()
    })

    beforeEach(async () => {
      requests = []
      messages = []
      page = await browser.context.newPage()
      page.on('request', (request) => requests.push(request))
      page.on('console', (message) => messages.push(message.text()))
      page.on('pageerror', (error) => messages.push(error.message))
      await page.goto(`${gateway.url}/graphql?query=%7Bviewer%7D`)
      await shown('Operation Editor', 'ActivateProfile')
    })
    afterEach(async () => {
      await page.close()
      const origins = requests.map((request) => new URL(request.url()).origin)
      expect(new Set(origins), 'asks no other host').toEqual(new Set([gateway.url]))
      const violations = messages.filter((message) => message.includes('Content Security Policy'))
      expect(violations, 'needs nothing that its policy forbids').toEqual([])
    })

    it('asks for the Authorization header, sends nothing without it, and offers no field to a password manager', async () => {
      await shown('Result Window', 'Complete the Authorization header')
      await page.keyboard.press('Control+Shift+R')
      await page.getByRole('button', { name: 'Execute query' }).click()
      await page.waitForTimeout(500)
      expect(posts()).toEqual([])
      expect(messages).toEqual([])

      await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
      const fields = page.locator('input, textarea, select')
      expect(await fields.count()).toBeGreaterThan(0)
      expect(await fields.count()).toBe(await page.locator('[autocomplete=off]:not([type=password])').count())
      expect(await page.locator('form').count()).toBe(0)
    })

    it('sends no header that is still being typed, then loads the schema, and runs the example', async () => {
      await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
      await typeHeader(gateway.caller, { by: 'type' })
      await page.waitForTimeout(1000)
      expect(posts()).toEqual([])
      await typePassword(gateway.user.password)
      await page.getByRole('link', { name: 'Mutation' }).waitFor()
      await page.getByRole('button', { name: 'Execute query' }).click()
      await shown('Result Window', '"u_')
      await screenshot(page, 'graphiql-activated')
      expect(posts()).toEqual(['IntrospectionQuery', 'ActivateProfile'])
      expect(messages).toEqual([])
    })

    it('explains each field and its arguments in the documentation pane', async () => {
      await typeHeader(gateway.caller)
      await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
      const pane = page.getByRole('region', { name: 'Documentation Explorer' })
      for (const [link, text] of [
        ['Mutation', /activateProfile/],
        ['activateProfile', /grant/],
        ['GrantInput', /password/],
      ] as const) {
        await pane.getByRole('link', { name: link, exact: true }).first().click()
        await pane.getByText(text).first().waitFor()
        // Nothing is there that has no description.
        await expect.poll(() => pane.locator('.graphiql-markdown-description').count()).toBeGreaterThan(0)
      }
      await screenshot(page, 'graphiql-documentation')
      expect(messages).toEqual([])
    })

    it('loads the schema also after a run straight from the headers', async () => {
      await typePassword(gateway.user.password)
      await typeHeader(gateway.caller)
      await page.keyboard.press('Control+Enter')
      await shown('Result Window', '"u_')
      await expect.poll(posts).toEqual(['ActivateProfile', 'IntrospectionQuery'])
      await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
      await page.getByRole('link', { name: 'Mutation' }).waitFor()
      expect(posts()).toEqual(['ActivateProfile', 'IntrospectionQuery'])
    })

    it('shows why a grant or a header was refused, asks once, and asks again when the header was corrected', async () => {
      await typeHeader('Basic wrong')
      await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
      await shown('Result Window', 'UNAUTHENTICATED')
      expect(posts()).toEqual(['IntrospectionQuery'])
      await typeHeader(gateway.caller, { before: 'Basic wrong' })
      await page.getByRole('button', { name: 'Variables' }).click()
      await page.getByRole('link', { name: 'Mutation' }).waitFor()
      await page.getByRole('button', { name: 'Execute query' }).click()
      await shown('Result Window', 'INVALID_INPUT')
      expect(posts()).toEqual(['IntrospectionQuery', 'IntrospectionQuery', 'ActivateProfile'])
    })

    it('keeps nothing that was typed: not in storage, not in the address, not in a file of the browser', async () => {
      await typeHeader(gateway.caller)
      await typePassword(gateway.user.password)
      await page.keyboard.press('Control+Enter')
      await shown('Result Window', '"u_')
      await page.getByRole('region', { name: 'Operation Editor' }).locator('.view-lines').click()
      await page.keyboard.insertText('# secret-of-the-query')
      await page.waitForTimeout(1000)
      expect(await keptBy(page)).toEqual([])
      expect(page.url()).toBe(`${gateway.url}/graphql?query=%7Bviewer%7D`)

      // The last test: what it looks through is what all of them left behind.
      const secrets = ['secret-of-the-', gateway.caller.slice('Basic '.length)]
      expect(await browser.filesWith(secrets)).toEqual([])
    })

    async function shown(region: string, text: string) {
      await page.getByLabel(region).locator('.view-line', { hasText: text }).first().waitFor()
    }

    function posts() {
      return requests
        .filter((request) => request.method() === 'POST')
        .map((request) => (request.postDataJSON() as { operationName: string }).operationName)
    }

    async function typeHeader(
      value: string,
      { before = 'Basic ', by = 'insertText' }: { before?: string; by?: 'type' | 'insertText' } = {},
    ) {
      await page.getByRole('button', { name: 'Headers' }).click()
      await page.locator('[data-uri$="request-headers.json"] .view-lines').click()
      for (const key of ['Control+End', 'ArrowUp', 'End', 'ArrowLeft']) await page.keyboard.press(key)
      for (let left = before.length; left > 0; left--) await page.keyboard.press('Backspace')
      await page.keyboard[by](value)
    }

    async function typePassword(value: string) {
      await page.getByRole('button', { name: 'Variables' }).click()
      await page.locator('[data-uri$="variables.json"] .view-line', { hasText: '"password": ""' }).click()
      for (const key of ['End', 'ArrowLeft']) await page.keyboard.press(key)
      await page.keyboard.insertText(value)
    }
  },
)
