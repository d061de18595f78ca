import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { problems } from '../support/loading.ts'
import { corpSettings } from './corp.ts'
import { schemaProblems } from '../support/schemaProblems.ts'

/** The settings that pages show, each with its first line. */
const pages = ['README.md', 'docs/realms.md', 'docs/kibana.md', 'docs/browser.md']
const pieces = (
  await Promise.all(pages.map((page) => readFile(new URL(`../../${page}`, import.meta.url), 'utf8')))
)
  .flatMap((text) => [...text.matchAll(/```yaml\n(.*?)```/gs)])
  .map(([, piece = '']): [first: string, settings: string] => [piece.split('\n')[0] ?? '', piece])

describe('the schema of gateway.yml', () => {
  it.each([
    ['nested', 'realms: { jwt: { corp: { order: 1, claims: { principal: sub } } } }'],
    ['dotted', corpSettings()],
    ['dotted, with the prefix', corpSettings({}, 'xpack.security.authc.realms.jwt.corp')],
    [
      'in part dotted, with the prefix',
      'xpack.security.authc: { realms.jwt: { corp.claims.principal: sub } }',
    ],
    ['with the prefix in pieces', 'xpack: { security.authc.token.timeout: 20m }'],
    ['of groups that are left empty', 'realms:\n  jwt:\ndomains:\nproxies:\n  trusted_proxies:\n'],
    [
      'as references',
      'database.pool_size: ${A}\nhttp: { insecure: "${B}", idle_timeout: "${C}s" }\naudit.on_failure: ${D}',
    ],
    [
      'of which numbers and lists are text',
      'metrics.port: "9464"\ncors.allowed_origins: "https://a.example, https://b.example"',
    ],
    ['whose words are in any case', corpSettings({ token_type: 'ID_TOKEN' })],
    ['of claims by their own names', corpSettings({ 'required_claims.https://a.example/b': '[1, "x"]' })],
    ['of an id that is a number', corpSettings({ allowed_audiences: '170086774599581953' })],
    ['without anything', ''],
  ])('takes settings %s', (_title, text) => {
    expect(schemaProblems(text)).toEqual([])
  })

  it.each(pieces)('takes what the documentation shows: %s', (_first, text) => {
    expect(schemaProblems(text)).toEqual([])
  })

  it.each([
    ['an unknown setting', 'tokens: {}', ' must NOT have additional properties'],
    [
      'an unknown setting inside of a group',
      'token: { ttl: 20m }',
      '/token must NOT have additional properties',
    ],
    ['an unknown dotted setting', 'token.ttl: 20m', ' must NOT have additional properties'],
    ['one with the prefix', 'xpack.security.authc.token.ttl: 20m', ' must NOT have additional properties'],
    ['an unknown type of realm', 'realms: { ldap: {} }', '/realms must NOT have additional properties'],
    ['an unknown setting of a realm', corpSettings({ issuer: 'x' }), ' must NOT have additional properties'],
    ['a time without a unit', 'token: { timeout: 20 }', '/token/timeout must be <= 0'],
    ['a time with the unit of a size', 'token.timeout: 20mb', '/token.timeout must match pattern'],
    ['a size with the unit of a time', 'profile: { max_size: 10m }', '/profile/max_size must match pattern'],
    ['a number that is too large', 'database: { pool_size: 1001 }', '/database/pool_size must be <= 1000'],
    [
      'a word that is none of those allowed',
      'database: { migrate: never }',
      '/database/migrate must match pattern',
    ],
    ['yes in place of true', 'http: { insecure: yes }', '/http/insecure must match pattern'],
    ['a group in place of a value', 'metrics: { port: {} }', '/metrics/port must be integer,string,null'],
    ['a value in place of a group', 'metrics: 9464', '/metrics must be object,null'],
    [
      'a secret in the file itself',
      corpSettings({ hmac_key: 'in-the-open' }),
      '/realms.jwt.corp.hmac_key must match pattern',
    ],
    [
      'an algorithm that is none',
      corpSettings({ allowed_signature_algorithms: '[none]' }),
      '/realms.jwt.corp.allowed_signature_algorithms/0 must match',
    ],
  ])('marks %s, as the gateway refuses it', async (_title, text, problem) => {
    expect(schemaProblems(text)).toContainEqual(expect.stringContaining(problem))
    expect(await problems(text)).not.toEqual([])
  })
})
