import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP, isIPv4, SocketAddress } from 'node:net'

interface PeerParts {
  /** Addresses and ranges of the proxies whose word counts. */
  trustedProxies: readonly string[]
  /** The one header at whose end each of them adds the address from which it was asked. */
  addressHeader: string
}

/** Of a connection and a request on it, the network address of whoever sends it. */
export type PeerOf = (connected: string, headers: IncomingHttpHeaders) => string

/**
 * The header is read from its end, past proxies that are trusted, to the first address that is none of theirs:
 * what stands before it is only what somebody claims. So is what stands before an entry that is no address.
 */
export function createPeerOf({ trustedProxies, addressHeader }: PeerParts): PeerOf {
  const trusted = new BlockList()
  for (const one of trustedProxies) {
    const [address = '', prefix] = one.split('/')
    if (prefix === undefined) trusted.addAddress(address, familyOf(address))
    else trusted.addSubnet(address, Number(prefix), familyOf(address))
  }

  return function peerOf(connected, headers) {
    let address = plainAddress(connected)
    const stated = [headers[addressHeader] ?? []].flat().join()
    if (stated === '') return address
    for (const entry of stated.split(',').reverse()) {
      if (!trusted.check(address, familyOf(address))) return address
      const before = addressIn(entry.trim())
      if (before === null) return address
      address = before
    }
    return address
  }
}

/** An address has one form, however it is written: in lower case, as short as can be, IPv4 as such. */
export function plainAddress(address: string): string {
  if (isIP(address) !== 6) return address
  return new SocketAddress({ address, family: 'ipv6' }).address.replace(/^::ffff:(?=.*\.)/, '')
}

/** An entry of the header: an address, in brackets or not, and a port or none. */
function addressIn(entry: string): string | null {
  const [, bracketed, plain] = /^(?:\[([^\]%]*)\]|([^:[\]]*))(?::\d{1,5})?$/.exec(entry) ?? []
  const address = bracketed ?? plain ?? entry
  const isAddress = bracketed === undefined ? isIP(address) !== 0 : isIP(address) === 6
  return isAddress && !address.includes('%') ? plainAddress(address) : null
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6'
}
