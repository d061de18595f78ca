import { isIPv6 } from 'node:net'

/** The first 96 bits of an IPv4 address that a translator has put into an IPv6 one. Source: RFC 6052, section 2.1. */
const translated = [0x64, 0xff9b, 0, 0, 0, 0]

/**
 * What one customer of a network gets: an IPv4 address, also where a translator has put it into an IPv6 address with the
 * well-known prefix, or the first 64 bits of an IPv6 address. Source: RFC 6177.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const groups = groupsOf(address)
  if (translated.every((group, index) => groups[index] === group))
    return groups.slice(6).flatMap(bytesOf).join('.')
  return groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')
}

/** All eight, whether it is shortened, or ends as an IPv4 address does. */
function groupsOf(address: string): number[] {
  const [before = [], after = []] = address
    .replace(
      /(\d+)\.(\d+)\.(\d+)\.(\d+)/,
      (_, a: string, b: string, c: string, d: string) => `${groupOf(a, b)}:${groupOf(c, d)}`,
    )
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16))
}

function groupOf(high: string, low: string): string {
  return ((Number(high) << 8) | Number(low)).toString(16)
}

function bytesOf(group: number): number[] {
  return [group >> 8, group & 0xff]
}
