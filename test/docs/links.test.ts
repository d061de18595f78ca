import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './page.ts'

const names = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md'))
const pages = ['README.md', ...names.map((name) => `docs/${name}`)]
const read = (page: string) => readFile(join(root, page), 'utf8')

/** Where links can lead to in a page: its headings, as GitHub names them. */
async function anchorsOf(page: string): Promise<string[]> {
  const headings = [...(await read(page)).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading)
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** What its links name that is not there. */
async function deadLinksOf(page: string): Promise<string[]> {
  const links = [...(await read(page)).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)]
  const dead = links.map(async ([, path = '', anchor]) => {
    const target = path === '' ? page : relative(root, join(root, dirname(page), path))
    if (!existsSync(join(root, target))) return [target]
    return anchor === undefined || (await anchorsOf(target)).includes(anchor) ? [] : [`${target}#${anchor}`]
  })
  return (await Promise.all(dead)).flat()
}

describe('the documentation', () => {
  it.each(pages)('has no link that leads nowhere: %s', async (page) => {
    expect(await deadLinksOf(page)).toEqual([])
  })

  it('has every page in its index, with the README leading there and to the first page', async () => {
    const index = await read('docs/README.md')
    for (const name of names.filter((name) => name !== 'README.md')) expect(index).toContain(`](${name})`)
    for (const first of ['docs/README.md', 'docs/getting-started.md'])
      expect(await read('README.md')).toContain(`](${first})`)
  })
})
