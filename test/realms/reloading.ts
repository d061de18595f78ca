import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { gateway, type Process } from '../cliProcess.ts'
import { hmacKey } from '../support/hmacTokens.ts'
import { provision } from '../support/people.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { elastic, overSocket, type Fetch } from '../support/testApp.ts'

/** A gateway as a process, whose files can be changed while it runs. */
export interface ReloadedGateway {
  readonly process: Process
  readonly folder: string
  readonly fetch: Fetch
  readonly put: (files: Files) => Promise<void>
  /** Changes files, sends SIGHUP, and answers with what is logged of its realms, once it is. */
  readonly reload: (files: Files) => Promise<string>
}

/** What stands in files, by their names; `settings` in `gateway.yml`. */
type Files = Readonly<Record<string, string>> & { readonly settings?: string }

interface Options {
  readonly databaseUrl?: string
  readonly adoptRealms?: boolean
}

/** What the log says of realms when they were read again. */
const told = /\{[^\n]*"msg":"(realms: [^\n]*|the realms stay as they are)"\}\n/g

/** Starts a gateway in a folder with these files, with the people of `people.ts`, and waits until it answers. */
export async function startReloaded(files: Files, options: Options = {}): Promise<ReloadedGateway> {
  const { databaseUrl = 'file:./gateway.db', adoptRealms = false } = options
  const folder = await temporaryFolder()
  await put(files)
  const process = gateway(['serve', ...(adoptRealms ? ['--adopt-realms'] : [])], folder, {
    DATABASE_URL: databaseUrl,
    ELASTIC_PASSWORD: elastic.password,
    HMAC_KEY: hmacKey,
    LOG_LEVEL: 'info',
  })
  const fetch = overSocket(await process.address())
  await provision(fetch)

  return {
    ...{ process, folder, fetch, put },
    async reload(files) {
      await put(files)
      const before = tellings(process).length
      process.child.kill('SIGHUP')
      await expect.poll(() => tellings(process).length, { timeout: 20_000 }).toBeGreaterThan(before)
      return tellings(process)[before] ?? ''
    },
  }

  async function put({ settings, ...others }: Files): Promise<void> {
    const all = { ...(settings !== undefined && { 'gateway.yml': settings }), ...others }
    for (const [name, content] of Object.entries(all)) await writeFile(join(folder, name), content)
  }
}

/** All that was logged of realms so far, a line each. */
export function tellings({ out }: Process): string[] {
  return [...out.matchAll(told)].map(([line]) => line.trimEnd())
}

/** What a line says. */
export function messageOf(line: string): string {
  return (JSON.parse(line) as { msg: string }).msg
}
