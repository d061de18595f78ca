import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { walk, type Walk } from './walk.ts'

/** Walks a page of these blocks, each with its kind before it. */
async function walkBlocks(
  blocks: readonly (readonly [kind: string, text: string])[],
  more: Partial<Walk> = {},
) {
  const page = join(await temporaryFolder(), 'page.md')
  await writeFile(page, blocks.map(([kind, text]) => `\`\`\`${kind}\n${text}\n\`\`\`\n`).join('\n'))
  await walk({ pages: [page], ...more })
}

describe('a walk through a page fails', () => {
  it('where a command does', async () => {
    await expect(walkBlocks([['sh', 'true\nfalse\ntrue']])).rejects.toThrow('exit code 1')
    await expect(
      walkBlocks([
        ['sh', 'false'],
        ['sh', 'true'],
      ]),
    ).rejects.toThrow('exit code 1')
  })

  it('where an answer is another one, has less or more', async () => {
    const answer = (said: string, shown: string) =>
      walkBlocks([
        ['sh', `echo '${said}'`],
        ['json', shown],
      ])
    await answer('{"a":"u_7_0","at":12,"more":1}', '{"a":"u_…_0","at":…,…}')
    await answer('{"a":["x"],"b":{}}', '{"a":[…],"b":…}')
    for (const shown of ['{"a":"u_…_1"}', '{}', '{"a":"u_7_0","b":…}', '[]', '{"a":null}', '{"b":1,…}'])
      await expect(answer('{"a":"u_7_0"}', shown), shown).rejects.toThrow()
    await expect(answer('no JSON', '{}')).rejects.toThrow()
    await expect(
      walkBlocks([
        ['sh', 'printf "one\\ntwo\\n"'],
        ['text', 'one'],
      ]),
    ).rejects.toThrow()
  })

  it('where an answer is to nothing', async () => {
    await expect(walkBlocks([['json', '{}']])).rejects.toThrow('an answer to nothing')
  })

  it('where it knows no such block, unless that is listed, with nothing else', async () => {
    await expect(walkBlocks([['ini', 'a=b']])).rejects.toThrow('neither known nor listed')
    await expect(walkBlocks([['', 'a figure']])).rejects.toThrow('neither known nor listed')
    await walkBlocks([['ini', 'a=b']], { notRun: { 'a=b': 'for systemd' } })
    await expect(walkBlocks([['sh', 'true']], { notRun: { 'a=b': 'for systemd' } })).rejects.toThrow('listed')
  })

  it('where settings are not valid, or GraphQL does not fit the schema', async () => {
    await walkBlocks([['yaml', 'token: { timeout: 5m }']])
    await expect(walkBlocks([['yaml', 'tokens: { timeout: 5m }']])).rejects.toThrow('configuration')
    await expect(walkBlocks([['yaml', '# prometheus.yml\na: [']])).rejects.toThrow()
    await expect(walkBlocks([['graphql', '{ nobody }']])).rejects.toThrow()
  })

  it('where TypeScript names no file, or nothing has checked it', async () => {
    await expect(walkBlocks([['ts', 'const a = 1']])).rejects.toThrow('names no file')
    await expect(walkBlocks([['ts', '// a.ts\nconst a = 1']])).rejects.toThrow('no tsc')
  })

  it('where npm would do more than to run something, or SQL has no database', async () => {
    await expect(walkBlocks([['sh', 'npm publish']])).rejects.toThrow('do not run: npm publish')
    await expect(walkBlocks([['sql', 'SELECT 1;']])).rejects.toThrow('no database')
  })
})
