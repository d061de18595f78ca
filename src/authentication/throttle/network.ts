import { isIPv6 } from 'node:net'

/** What one customer of a network gets: an IPv4 address, or the first 64 bits of an IPv6 address. Source: RFC 6177. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const halves = address.split('::').map((half) => half.split(':').filter((group) => group !== ''))
  const [before = [], after = []] = halves
  const zeros = Math.max(0, 8 - before.length - after.length)
  const groups = before
    .concat(
      Array.from({ length: zeros }, () => '0'),
      after,
    )
    .slice(0, 4)
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}
