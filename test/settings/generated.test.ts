import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { exampleFile } from '../../deploy/configuration/exampleFile.ts'
import { jsonSchema } from '../../deploy/configuration/jsonSchema.ts'
import { reference } from '../../deploy/configuration/reference.ts'
import { inside, memberOf, settings, type Setting } from '../../deploy/configuration/settings.ts'
import { formatted } from '../support/formatted.ts'
import { load } from '../support/loading.ts'
import { schemaProblems } from '../support/schemaProblems.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFile(new URL(path, root), 'utf8')

const made: [path: string, text: string][] = [
  ['gateway.schema.json', JSON.stringify(jsonSchema(), null, 2)],
  ['gateway.example.yml', exampleFile()],
  ['docs/configuration.md', reference(await read('README.md'))],
]

describe('what is made from the code that reads settings', () => {
  it.each(made)('is there as it would be made now: %s', async (path, text) => {
    const file = fileURLToPath(new URL(path, root))
    await expect(formatted(file, text)).toMatchFileSnapshot(file)
  })

  it('tells of every setting', () => {
    const untold = (group: Setting, path: string): string[] =>
      [...inside(group), ...inside({ properties: { '*': memberOf(group) ?? {} } })].flatMap(
        ([name, setting]) => [
          ...(setting.description === undefined && name !== '*' ? [`${path}${name}`] : []),
          ...(setting.properties || memberOf(setting) ? untold(setting, `${path}${name}.`) : []),
        ],
      )
    expect(untold(settings(), '')).toEqual([])
  })
})

describe('the example of all settings', () => {
  const example = made[1]?.[1] ?? ''
  const all = example.replaceAll(/^( *)#(?! \S| ?$)/gm, '$1')

  it('names its schema, and changes nothing as it is', async () => {
    expect(example.split('\n')[0]).toBe('# yaml-language-server: $schema=gateway.schema.json')
    expect((await load(example)).settings).toEqual((await load('{}')).settings)
    expect(schemaProblems(example)).toEqual([])
  })

  it('is valid as a whole, and has only defaults beside its realms, domains and certificate', async () => {
    const [certificate, key] = await Promise.all([
      read('test/support/tls/server.pem'),
      read('test/support/tls/server.key.pem'),
    ])
    const files = { 'server.pem': certificate, 'server.key.pem': key }
    const said = (await load(all, { OAUTH_CLIENT_SECRET: 'a-secret' }, files)).settings
    const defaults = (await load('{}')).settings
    const { realms, domains, tls } = said
    expect(said).toEqual({
      ...{ ...defaults, realms, domains, tls },
      token: { ...defaults.token, enabled: true },
      api_key: { ...defaults.api_key, enabled: true },
    })
    expect(Object.values(realms).flatMap((named) => Object.keys(named))).toEqual([
      'native',
      'corp',
      'main',
      'oauth',
    ])
    expect(domains).toMatchObject([{ name: 'staff' }])
    expect(tls).not.toBeNull()
    expect(schemaProblems(all)).toEqual([])
  })
})
