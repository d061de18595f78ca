import { describe, expect, it } from 'vitest'
import { load, problems } from '../support/loading.ts'

const setting = 'graphql.allowed_operations: operations.json'
const operations = async (content: string) =>
  (await load(setting, {}, { 'operations.json': content })).settings.graphql.allowed_operations

describe('allowed operations', () => {
  it('are all, unless a file is named', async () => {
    expect((await load('{}')).settings.graphql.allowed_operations).toBeNull()
    expect((await load('graphql.allowed_operations: null')).settings.graphql.allowed_operations).toBeNull()
  })

  it('are those of a file beside gateway.yml: documents by their ids', async () => {
    expect(await operations('{"a": "{ viewer { username } }", "__typename": "{ a }"}')).toEqual([
      ['a', '{ viewer { username } }'],
      ['__typename', '{ a }'],
    ])
  })

  it("are those of a manifest, as Apollo's tools write it", async () => {
    const manifest = {
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [{ id: 'a', name: 'A', type: 'query', body: 'query A { viewer { username } }' }],
    }
    expect(await operations(JSON.stringify(manifest))).toEqual([['a', 'query A { viewer { username } }']])
  })

  it('may be none', async () => {
    expect(await operations('{}')).toEqual([])
  })

  it.each([
    ['no object', '["{ a }"]', 'expected an object of documents by their ids, as JSON'],
    ['a document that is no text', '{"a": {}}', 'expected an object of documents by their ids, as JSON'],
    [
      'a manifest without bodies',
      '{"operations": [{"id": "a"}]}',
      'expected an object of documents by their ids, as JSON',
    ],
    ['no JSON', '{\n"a": "b" "c"}', /operations\.json:2:10: /],
    ['an id twice', '{"a": "b", "a": "c"}', /operations\.json:1:12: /],
  ])('are not taken of a file with %s', async (_, content, expected) => {
    expect(await problems(setting, {}, { 'operations.json': content })).toEqual([
      expect.stringMatching(expected instanceof RegExp ? expected : new RegExp(`: ${expected}$`)),
    ])
  })

  it('are not taken of a file that is not there', async () => {
    expect(await problems(setting)).toEqual([
      expect.stringMatching(/operations\.json cannot be read: \S.* \(E[A-Z]+\)$/),
    ])
  })

  it.each(['5', '[a]', '{ a: b }'])('are not %s', async (given) => {
    expect(await problems(`graphql.allowed_operations: ${given}`)).toEqual([
      expect.stringMatching(/graphql\.allowed_operations(\.a)?: (expected a file|unknown setting)$/),
    ])
  })
})
