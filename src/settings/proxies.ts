import { isIP, SocketAddress } from 'node:net'
import { z } from 'zod'
import { listOf } from './value.ts'

export const proxies = z
  .strictObject({
    trusted_proxies: listOf(z.unknown().transform(addresses).meta({ type: 'string' }), 'a list of addresses')
      .default([])
      .describe('The proxies in front of the gateway: addresses, and ranges such as `10.0.0.0/8`.'),
    address_header: z
      .unknown()
      .transform(headerName)
      .prefault('x-forwarded-for')
      .meta({
        ...{ type: 'string', expected: 'the name of a header' },
        description: 'The one header at whose end each of them adds the address from which it was asked.',
      }),
  })
  .prefault({})
  .describe('Who may say where a request comes from.')

function addresses(given: unknown, context: z.RefinementCtx): string {
  const text = typeof given === 'string' ? given : ''
  const [, address = '', prefix] = /^([^/%]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const bits = isIP(address) === 6 ? 128 : 32
  if (isIP(address) === 0 || Number(prefix ?? bits) > bits || isMapped(address)) {
    context.addIssue('expected an IP address, or a range such as 10.0.0.0/8 or 2001:db8::/32')
  } else if (Number(prefix ?? bits) === 0) {
    context.addIssue('a range of all addresses would let every client say where it comes from')
  }
  return text
}

/** IPv4 is written as IPv4. */
function isMapped(address: string): boolean {
  return isIP(address) === 6 && new SocketAddress({ address, family: 'ipv6' }).address.startsWith('::ffff:')
}

function headerName(given: unknown, context: z.RefinementCtx): string {
  const name = typeof given === 'string' ? given.toLowerCase() : ''
  if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) {
    context.addIssue('expected the name of a header, such as X-Forwarded-For')
  } else if (name === 'forwarded') {
    context.addIssue('Forwarded is not read: expected a header of addresses alone, such as X-Forwarded-For')
  }
  return name
}
