import { describe, expect, it } from 'vitest'
import { postgresqlUrl } from '../../src/storage/postgresqlUrl.ts'

const noUrl =
  'it is no URL: in a name, a password or a parameter, % is written as %25, # as %23, / as %2F, : as %3A, ? as %3F and @ as %40'
const authority = `${import.meta.dirname}/../support/tls/authority.pem`

describe('the URL of a PostgreSQL database', () => {
  it('says who connects, where to, and without TLS', () => {
    expect(postgresqlUrl('postgres://gate:p%40ss%2Fword@db.example.com:5433/profiles')).toMatchObject({
      user: 'gate',
      password: 'p@ss/word',
      host: 'db.example.com',
      port: 5433,
      database: 'profiles',
      ssl: false,
      application_name: 'profile-gateway',
    })
  })

  it('may begin with postgresql, lead to a socket and name the application', () => {
    expect(
      postgresqlUrl('postgresql:///profiles?host=/var/run/postgresql&application_name=login'),
    ).toMatchObject({
      host: '/var/run/postgresql',
      database: 'profiles',
      application_name: 'login',
    })
  })

  it.each([
    ['require', { rejectUnauthorized: false }],
    [`verify-full`, {}],
    [`verify-full&sslrootcert=${authority}`, { ca: expect.stringContaining('BEGIN CERTIFICATE') as string }],
    [
      `verify-ca&sslrootcert=${authority}`,
      {
        ca: expect.stringContaining('BEGIN CERTIFICATE') as string,
        checkServerIdentity: expect.any(Function) as () => undefined,
      },
    ],
  ])('takes TLS as libpq does: sslmode=%s', (sslmode, ssl) => {
    expect(postgresqlUrl(`postgres://host/db?sslmode=${sslmode}`).ssl).toEqual(ssl)
  })

  it('binds the channel where that is asked for', () => {
    const url = 'postgres://host/db?sslmode=require'
    expect(postgresqlUrl(url).enableChannelBinding).toBe(false)
    expect(postgresqlUrl(`${url}&channel_binding=prefer`).enableChannelBinding).toBe(true)
  })

  it.each([
    ['postgres://host:port/db', noUrl],
    ['postgres://user:p%ff@host/db', noUrl],
    ['postgres://user:p#ss@host/db', noUrl],
    ['postgres://user:5#ss@host/db', noUrl],
    ['postgres://user:5/ss@host/db', noUrl],
    ['postgres://user:5?ss@host/db', noUrl],
    ['postgres://host/db?port=abc', 'port: expected a number'],
    ['postgres://host/db?sslmode=prefer', 'sslmode: expected disable, require, verify-ca or verify-full'],
    ['postgres://host/db?sslmode=disable&sslmode=require', 'sslmode: given twice'],
    [
      'postgres://host/db?sslrootcert=ca.pem&sslkey=key.pem',
      'sslrootcert, sslkey: needs sslmode=require, verify-ca or verify-full',
    ],
    [
      'postgres://host/db?channel_binding=require',
      'channel_binding: expected disable or prefer; sslmode=verify-full is what protects',
    ],
    [
      'postgres://host/db?sslmode=verify-ca',
      'sslmode=verify-ca needs sslrootcert: anybody can have a certificate of a public authority',
    ],
    [
      'postgres://host/db?sslmode=verify-full&sslrootcert=/nowhere',
      'a file that it names cannot be read: there is no such file (ENOENT)',
    ],
    [
      'postgres://host/db?schema=x&pool=3',
      'unknown parameter schema: expected sslmode, sslrootcert, sslcert, sslkey, channel_binding, ' +
        'application_name, host, port',
    ],
  ])('is refused if it is %s', (url, message) => {
    expect(() => postgresqlUrl(url)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', message }) as Error,
    )
  })
})
