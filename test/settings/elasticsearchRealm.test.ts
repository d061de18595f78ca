import { describe, expect, it } from 'vitest'
import { load, problems } from '../support/loading.ts'

const key = 'xpack.security.authc.realms.elasticsearch.main'

/** A realm with these settings beside its order. */
const realm = (settings: string) =>
  `realms.elasticsearch.main:\n  order: 1\n  ${settings.replaceAll('; ', '\n  ')}\n`

async function said(settings: string): Promise<string[]> {
  const all = await problems(realm(settings))
  return all.map((problem) => problem.replace(/^gateway\.yml:\d+: realms\.elasticsearch\.main\./, ''))
}

describe('the settings of a realm that asks a cluster', () => {
  it('have defaults for all but its place and its hosts', async () => {
    const { realms } = (await load(realm('hosts: https://es.example.com:9200'))).settings
    expect(realms.elasticsearch).toEqual({
      main: {
        order: 1,
        enabled: true,
        hosts: ['https://es.example.com:9200'],
        cache: { ttl: 60_000, size: 100_000 },
        http: {
          connect_timeout: 5_000,
          connection_read_timeout: 5_000,
          socket_timeout: 5_000,
          max_connections: 20,
          max_endpoint_connections: 200,
        },
        ssl: { verification_mode: 'full' },
      },
    })
  })

  it.each([
    ['hosts: [https://a.example.com, "http://127.0.0.1:9200/es/", "http://[::1]:9200"]', 3],
    ['hosts: https://a.example.com, https://b.example.com/', 2],
  ])('take hosts: %s', async (settings, count) => {
    const { realms } = (await load(realm(settings))).settings
    expect(realms.elasticsearch.main?.hosts).toHaveLength(count)
  })

  it.each([
    ['enabled: true', ['hosts: Invalid empty list for [KEY.hosts].']],
    ['hosts: []', ['hosts: Invalid empty list for [KEY.hosts].']],
    ['hosts: es.example.com', ['hosts.0: expected an https URL']],
    ['hosts: ftp://es.example.com', ['hosts.0: expected an https URL']],
    [
      'hosts: http://es.example.com',
      ['hosts.0: Not allowed to use HTTP URI [http://es.example.com]. Only HTTPS is supported.'],
    ],
    ['hosts: https://user:pass@es.example.com', ['hosts.0: a URL must not hold credentials']],
    ['hosts: https://es.example.com/?pretty', ['hosts.0: expected a URL without ? and #']],
    ['hosts: https://es.example.com; cache.ttl: soon', ['cache.ttl: expected a time such as 30s or 5m']],
    [
      'hosts: https://es.example.com; cache.size: -1',
      ['cache.size: expected a whole number from 0 to 10000000'],
    ],
    ['hosts: https://es.example.com; cache.max_users: 5', ['cache.max_users: unknown setting']],
    [
      'hosts: https://es.example.com; ssl.verification_mode: some',
      [
        'ssl.verification_mode: Invalid value [some] for [KEY.ssl.verification_mode], allowed values are [full,certificate,none]',
      ],
    ],
    [
      'hosts: https://es.example.com; ssl.certificate_authorities: missing.pem',
      [
        'ssl.certificate_authorities.0: the file cannot be read: there is none at that path; a relative one begins at the folder of the settings (ENOENT)',
      ],
    ],
  ])('are refused where they are wrong: %s', async (settings, expected) => {
    expect(await said(settings)).toEqual(expected.map((problem) => problem.replace('KEY', key)))
  })
})
