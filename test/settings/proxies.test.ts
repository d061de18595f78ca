import { describe, expect, it } from 'vitest'
import { load, problems } from '../support/loading.ts'

const trusted = async (text: string, environment = {}) =>
  (await load(`proxies.trusted_proxies: ${text}`, environment)).settings.proxies.trusted_proxies

const noAddress = 'expected an IP address, or a range such as 10.0.0.0/8 or 2001:db8::/32'

describe('trusted proxies', () => {
  it('are none by default, and their header is X-Forwarded-For', async () => {
    expect((await load('{}')).settings.proxies).toEqual({
      trusted_proxies: [],
      address_header: 'x-forwarded-for',
    })
  })

  it.each([
    '10.0.0.1',
    '10.0.0.0/8',
    '10.1.2.3/8',
    '192.0.2.7/32',
    '2001:db8::1',
    '2001:DB8::/32',
    '::1/128',
  ])('may be %s', async (address) => {
    expect(await trusted(`["${address}"]`)).toEqual([address])
  })

  it('may be one text with commas, as the environment gives it', async () => {
    expect(await trusted('${PROXIES}', { PROXIES: '10.0.0.0/8, ::1' })).toEqual(['10.0.0.0/8', '::1'])
  })

  it.each([
    '',
    '*',
    'proxy.example.com',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/255.0.0.0',
    '10.0.0.1:80',
    '010.0.0.1',
    '2001:db8::/129',
    '[::1]',
    'fe80::1%eth0',
    '::ffff:10.0.0.1',
    '::ffff:a00:1/104',
  ])('cannot be %j', async (address) => {
    expect(await problems(`proxies.trusted_proxies: ["${address}"]`)).toEqual([
      `gateway.yml:1: proxies.trusted_proxies.0: ${noAddress}`,
    ])
  })

  it.each(['0.0.0.0/0', '::/0', '10.0.0.0/0'])('cannot be everybody: %s', async (range) => {
    expect(await problems(`proxies.trusted_proxies: ["${range}"]`)).toEqual([
      'gateway.yml:1: proxies.trusted_proxies.0: a range of all addresses would let every client say where it comes from',
    ])
  })

  it.each(['5', 'true', '{ a: b }'])('are a list: not %s', async (value) => {
    expect(await problems(`proxies.trusted_proxies: ${value}`)).toContainEqual(
      expect.stringMatching(/proxies\.trusted_proxies(\.a)?: expected a list of addresses$/),
    )
  })
})

describe('the header in which they say an address', () => {
  it.each(['X-Forwarded-For', 'X-Real-IP', 'cf-connecting-ip'])('may be %s', async (name) => {
    expect((await load(`proxies.address_header: ${name}`)).settings.proxies.address_header).toBe(
      name.toLowerCase(),
    )
  })

  it.each(['5', '""', '"a b"', '"X-A: b"', '[X-Real-IP, X-Forwarded-For]'])(
    'is one name: not %s',
    async (name) => {
      expect(await problems(`proxies.address_header: ${name}`)).toEqual([
        'gateway.yml:1: proxies.address_header: expected the name of a header, such as X-Forwarded-For',
      ])
    },
  )

  it('is not Forwarded', async () => {
    expect(await problems('proxies.address_header: Forwarded')).toEqual([
      'gateway.yml:1: proxies.address_header: Forwarded is not read: expected a header of addresses alone, such as X-Forwarded-For',
    ])
  })
})
