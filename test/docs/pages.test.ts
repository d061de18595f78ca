import { cp, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './page.ts'
import { walk, type Walk, type Walked } from './walk.ts'

const pages: readonly Walk[] = [
  {
    page: 'README.md',
    notRun: { 'npm ci && npm test': 'it is what runs this test' },
  },
  {
    page: 'docs/metrics.md',
    after: 'README.md',
    notRun: {
      'POST /_security/profile/_activate': 'the spans of a request, which metrics/spans.test.ts sees',
    },
  },
  { page: 'docs/rest-clients.md', after: 'docs/getting-started.md', atTheEnd: runsWithClient8 },
]

describe('what a page says to do', { timeout: 60_000 }, () => {
  it.each(pages)('works, from top to bottom, with the answers that it shows: $page', walk)
})

/** What the page says of the former version of Elasticsearch's client. */
async function runsWithClient8({ folder, shell, withPorts }: Walked): Promise<void> {
  await mkdir(join(folder, 'with8/node_modules/@elastic'), { recursive: true })
  await symlink(
    join(root, 'node_modules/elasticsearch-8'),
    join(folder, 'with8/node_modules/@elastic/elasticsearch'),
  )
  for (const name of ['activate.ts', 'tsconfig.json'])
    await cp(join(folder, name), join(folder, 'with8', name))
  const run = await withPorts('cd with8; GATEWAY_URL=http://127.0.0.1:4000 node activate.ts')
  expect(await shell.run(run)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Jack Nicholson, u_/) as string,
  })
}
