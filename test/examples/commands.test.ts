import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { Process } from '../cliProcess.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const root = join(import.meta.dirname, '../..')

describe('an example', { timeout: 60_000 }, () => {
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
