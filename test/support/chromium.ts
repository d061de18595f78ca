import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Why no browser can be started, or null. */
export const missingChromium = existsSync(executablePath)
  ? null
  : `there is no Chromium at ${executablePath}, and CHROMIUM names no other`

/** A real browser with a new profile of its own. */
export interface Browser {
  readonly context: BrowserContext
  /** Ends it, and says in which of the files that it leaves behind one of the texts stands. */
  readonly filesWith: (texts: readonly string[]) => Promise<string[]>
  readonly close: () => Promise<void>
}

/** Starts one that asks nobody for anything by itself. */
export async function startBrowser(): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'chromium-'))
  const context = await chromium.launchPersistentContext(folder, {
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
  return {
    context,

    async filesWith(texts) {
      await context.close()
      const encoded = texts.flatMap((text) => [Buffer.from(text), Buffer.from(text, 'utf16le')])
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      const files = entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name))
      const contents = await Promise.all(files.map(async (file) => ({ file, bytes: await readFile(file) })))
      return contents
        .filter(({ bytes }) => encoded.some((text) => bytes.includes(text)))
        .map(({ file }) => file)
    },

    async close() {
      await context.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Everything that a page has in the places where one can keep something. */
export function keptBy(page: Page): Promise<unknown> {
  return page.evaluate(`(async () => [
    ...Object.entries(localStorage), ...Object.entries(sessionStorage), ...(await indexedDB.databases()),
    ...(await caches.keys()), ...(document.cookie ? [document.cookie] : []), ...(history.state ? [history.state] : [])
  ])()`)
}

/** Keeps what a page looks like, if SCREENSHOTS names a folder for that. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS
  if (folder === undefined) return
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}
