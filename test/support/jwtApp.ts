import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createTestApp, type Fetch, type TestApp } from './testApp.ts'

/** A gateway with JWT realms, which takes note of what must appear nowhere. */
export interface JwtApp extends TestApp {
  /** Puts another text into a file that the settings name. */
  readonly write: (file: string, text: string) => Promise<void>
  /** Adds to what must appear nowhere. */
  readonly conceal: (secret: string) => void
  /** Expects that nothing of it has appeared in an answer or in the log. */
  readonly expectSilence: () => void
}

interface JwtAppOptions {
  /** A fragment of Elasticsearch's settings, in which `FOLDER` stands for where the files are. */
  readonly settings: string
  readonly environment?: Record<string, string>
  /** What files hold, by name. */
  readonly files?: Readonly<Record<string, string>>
}

export async function createJwtApp(options: JwtAppOptions): Promise<JwtApp> {
  const { settings, environment = {}, files = {} } = options
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  const write = (file: string, text: string) => writeFile(join(folder, file), text)
  for (const [file, text] of Object.entries(files)) await write(file, text)
  const app = await createTestApp({ settings: settings.replaceAll('FOLDER', folder), environment })
  const secrets = new Set(Object.values(environment))
  const answers: string[] = []

  const fetch: Fetch = async (path, init) => {
    const response = await app.fetch(path, init)
    const text = await response.text()
    answers.push(text, JSON.stringify([...response.headers]))
    return new Response(text === '' ? null : text, response)
  }

  return {
    ...app,
    fetch,
    write,
    conceal: (secret) => void secrets.add(secret),
    expectSilence() {
      for (const [place, text] of [
        ['an answer', answers.join('\n')],
        ['the log', app.logs()],
      ] as const) {
        // Tokens share what they say, and only signatures make them worth anything.
        for (const secret of secrets) expect(text.includes(secret), `${place} holds ${secret}`).toBe(false)
      }
    },
    async close() {
      await app.close()
      await rm(folder, { recursive: true })
    },
  }
}
