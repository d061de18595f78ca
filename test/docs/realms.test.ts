import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const document = await readFile(join(import.meta.dirname, '../../docs/realms.md'), 'utf8')
const examples = Array.from(document.matchAll(/^```yaml\n(.*?)^```$/gms), ([, example = '']) => example)

/** What the examples take from the environment. */
const secrets = { CORP_CLIENT_SECRET: 'c0rp-s3cret', OKTA_CLIENT_SECRET: '0kta-s3cret' }

describe('docs/realms.md', () => {
  it('has all its examples tried here', () => {
    expect(examples).toHaveLength(document.split('```yaml').length - 1)
    expect(examples.length).toBeGreaterThan(0)
  })

  it.each(examples.map((example) => [example.split('\n')[0], example]))(
    'can be pasted into gateway.yml: %s',
    async (_, example = '') => {
      const file = join(await temporaryFolder(), 'gateway.yml')
      await writeFile(file, example)
      const { settings } = loadConfig({ ...secrets, GATEWAY_CONFIG: file })
      const others = { ...settings.realms, native: {} }
      expect(Object.values(others).flatMap((named) => Object.keys(named))).toHaveLength(1)
    },
  )
})
