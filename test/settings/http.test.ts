import { describe, expect, it } from 'vitest'
import { load, problems } from '../support/loading.ts'

describe('the limits of connections', () => {
  it('have defaults', async () => {
    expect((await load('{}')).settings.http).toEqual({
      max_content_length: 20 * 1024 ** 2,
      max_content_under_way: 128 * 1024 ** 2,
      answer_timeout: 30_000,
      insecure: false,
      max_connections: 10_000,
      header_timeout: 10_000,
      request_timeout: 120_000,
      idle_timeout: 75_000,
    })
  })

  it('may be the longest and the shortest', async () => {
    const times = { header_timeout: '1s', request_timeout: '1s', idle_timeout: '1h', max_connections: 1 }
    expect((await load(JSON.stringify({ http: times }))).settings.http).toMatchObject({
      header_timeout: 1_000,
      request_timeout: 1_000,
      idle_timeout: 3_600_000,
      max_connections: 1,
    })
  })

  it.each([
    ['header_timeout: 999ms', 'header_timeout: expected at least 1s and at most 1h'],
    ['request_timeout: 61m', 'request_timeout: expected at least 1s and at most 1h'],
    ['idle_timeout: 2h', 'idle_timeout: expected at least 1s and at most 1h'],
    ['idle_timeout: forever', 'idle_timeout: expected a time such as 30s or 5m'],
    ['max_connections: 0', 'max_connections: expected a whole number from 1 to 1000000'],
    ['insecure: 1', 'insecure: expected true or false'],
    ['keep_alive: 1s', 'keep_alive: unknown setting'],
  ])('are refused: %s', async (text, problem) => {
    expect(await problems(`http.${text}`)).toEqual([`gateway.yml:1: http.${problem}`])
  })

  it('leave one body no larger than all together', async () => {
    expect(await problems('http: { max_content_length: 2mb, max_content_under_way: 1mb }')).toEqual([
      'gateway.yml:1: http: expected max_content_length to be at most max_content_under_way',
    ])
    expect(
      await problems(
        '{ http: { max_content_length: 1mb, max_content_under_way: 1mb }, graphql.max_content_length: 2mb }',
      ),
    ).toEqual(['gateway.yml:1: graphql.max_content_length: expected at most http.max_content_under_way'])
  })

  it('leave headers no longer than the whole request', async () => {
    expect(await problems('http: { header_timeout: 3s, request_timeout: 2s }')).toEqual([
      'gateway.yml:1: http: expected header_timeout to be at most request_timeout',
    ])
  })
})
