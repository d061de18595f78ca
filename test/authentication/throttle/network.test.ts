import { describe, expect, it } from 'vitest'
import { networkOf } from '../../../src/authentication/throttle/network.ts'

describe('the network of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:0DB8:0:0:ffff::2', '2001:db8:0:0'],
    ['::', '0:0:0:0'],
    ['1:2:3:4:5:6:7::', '1:2:3:4'],
    ['2001:db8::192.0.2.1', '2001:db8:0:0'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  it.each([
    ['64:ff9b::198.51.100.8', '198.51.100.8'],
    ['64:ff9b::c633:6408', '198.51.100.8'],
    ['0064:FF9B:0:0:0:0:c633:6408', '198.51.100.8'],
    ['64:ff9b::', '0.0.0.0'],
  ])('of %s, which a translator has made, is %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  it.each(['64:ff9b:1::c633:6408', '64:ff9b::1:c633:6408'])('of %s is no IPv4 address', (address) => {
    expect(networkOf(address)).toMatch(/^64:ff9b:/)
  })
})
