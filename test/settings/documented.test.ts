import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { load } from '../support/loading.ts'

/** The pieces of settings that a page shows, with the names of the environment that they take. */
async function piecesOf(page: string): Promise<[first: string, settings: string, names: string[]][]> {
  const text = await readFile(new URL(`../../${page}`, import.meta.url), 'utf8')
  return [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, settings = '']) => {
    const names = [...settings.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name)
    return [settings.split('\n')[0] ?? '', settings, names]
  })
}

const pieces = [...(await piecesOf('docs/realms.md')), ...(await piecesOf('docs/kibana.md'))]
const [[, defaults] = ['', '']] = await piecesOf('README.md')

describe('settings as they stand in the documentation', () => {
  it.each(pieces)('work when they are pasted: %s', async (_title, settings, names) => {
    const environment = Object.fromEntries(names.map((name) => [name, 'a-secret-of-some-length']))
    const { realms } = (await load(settings, environment)).settings
    const others = { ...realms, native: {} }
    expect(Object.values(others).flatMap((named) => Object.keys(named))).toHaveLength(1)
  })

  it('are the defaults of a realm that asks a cluster, where they are said to be', async () => {
    const [, settings = ''] = pieces.find(([first]) => first === 'realms.elasticsearch.main:') ?? []
    const needed = settings.split('\n').filter((line) => /^realms|^ {2}(order|hosts):/.test(line))
    const said = (await load(settings)).settings.realms.elasticsearch
    expect(said).toEqual((await load(needed.join('\n'))).settings.realms.elasticsearch)
    const written = (value: object): string[] =>
      Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
        typeof inner === 'object' && !Array.isArray(inner) && inner !== null ? written(inner) : [name],
      )
    for (const name of written(said.main ?? {})) expect(settings).toContain(`${name}:`)
  })

  it('are the defaults, where they are said to be', async () => {
    const [said, nothing] = [(await load(defaults)).settings, (await load('{}')).settings]
    const native = { native: { order: 0, enabled: true } }
    expect(said).toEqual({ ...nothing, realms: { ...nothing.realms, native } })
  })
})
