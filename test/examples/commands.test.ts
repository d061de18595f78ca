import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { Process } from '../cliProcess.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const root = join(import.meta.dirname, '../..')

describe('an example', { timeout: 60_000 }, () => {
  it('says at its start what it lacks to use a gateway that is there already, or that it does not answer', async () => {
    const script = join(root, 'examples/login-backend/run.ts')
    const at = { GATEWAY_URL: 'http://127.0.0.1:1' }
    const lacking = new Process(process.execPath, [script], root, at)
    expect([await lacking.ended, lacking.err]).toEqual([
      64,
      expect.stringContaining('set APP_USERNAME and APP_PASSWORD too'),
    ])
    const application = { APP_USERNAME: 'login-backend', APP_PASSWORD: 'app-s3cret-p@ss' }
    const example = new Process(process.execPath, [script], root, { ...at, ...application })
    await example.says(/^Open (\S+) in a browser\./m)
    expect(example.err).toMatch(/^the gateway cannot be reached: /)
    expect(example.err).not.toContain('s3cret')
  })

  it.each(['example:spa', 'example:login-backend'] as const)(
    'starts by its command, says where it is, and leaves nothing behind: %s',
    async (name) => {
      const [command, script = ''] = packageJson.scripts[name].split(' ')
      expect(command).toBe('node')
      const folder = await temporaryFolder()
      const example = new Process(process.execPath, [join(root, script)], root, { TMPDIR: folder })
      const address = await example.says(/^Open (\S+) in a browser\./m)
      const response = await fetch(address)
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('<h1')])
      expect(await readdir(folder)).toHaveLength(1)
      expect(await example.stop()).toBe(0)
      expect(await readdir(folder)).toEqual([])
    },
  )
})
