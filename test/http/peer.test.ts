import { afterAll, describe, expect, it } from 'vitest'
import { createPeerOf } from '../../src/http/peer.ts'
import { basic, createTestApp, elastic } from '../support/testApp.ts'

const trusting = (...trustedProxies: string[]) =>
  createPeerOf({ trustedProxies, addressHeader: 'x-forwarded-for' })

describe('the address of whoever sends a request', () => {
  const peerOf = trusting('10.0.0.0/8', '192.0.2.7', '2001:db8:1::/48')
  const from = (connected: string, forwarded: string) => peerOf(connected, { 'x-forwarded-for': forwarded })

  it('is that of the connection without trusted proxies, whatever a header says', () => {
    expect(trusting()('127.0.0.1', { 'x-forwarded-for': '203.0.113.7' })).toBe('127.0.0.1')
  })

  it('is that of the connection where it comes from no trusted proxy', () => {
    expect(from('203.0.113.9', '203.0.113.7')).toBe('203.0.113.9')
    expect(from('192.0.2.8', '203.0.113.7')).toBe('192.0.2.8')
  })

  it('is what a trusted proxy says', () => {
    expect(from('10.1.2.3', '203.0.113.7')).toBe('203.0.113.7')
    expect(from('192.0.2.7', '203.0.113.7')).toBe('203.0.113.7')
    expect(from('2001:db8:1::5', '2001:db8:2::7')).toBe('2001:db8:2::7')
  })

  it('is the last one that is no trusted proxy, whatever stands before it', () => {
    expect(from('10.0.0.1', '1.1.1.1, 203.0.113.7')).toBe('203.0.113.7')
    expect(from('10.0.0.1', '1.1.1.1,203.0.113.7,10.0.0.2 , 10.9.9.9')).toBe('203.0.113.7')
    expect(from('10.0.0.1', '10.0.0.5, 203.0.113.7')).toBe('203.0.113.7')
  })

  it('is that of the first proxy where all are trusted', () => {
    expect(from('10.0.0.1', '10.0.0.3, 10.0.0.2')).toBe('10.0.0.3')
    expect(peerOf('10.0.0.1', {})).toBe('10.0.0.1')
    expect(from('10.0.0.1', '')).toBe('10.0.0.1')
  })

  it.each([
    '',
    'unknown',
    '_hidden',
    '203.0.113',
    '203.0.113.7.',
    '1.1.1.1;',
    '"1.1.1.1"',
    'for=1.1.1.1',
    '[1.1.1.1]',
    '1.1.1.1:',
    '1.1.1.1:123456',
    '[::1',
    '::1]',
    '[::1]x',
    'fe80::1%eth0',
    '[fe80::1%eth0]:80',
    '010.0.0.1',
    '1.1.1.1\t2.2.2.2',
    'localhost',
  ])('is the last one that is known where a proxy says no address: %j', (entry) => {
    expect(from('10.0.0.1', `1.1.1.1, ${entry}, 10.0.0.2`)).toBe('10.0.0.2')
    expect(from('10.0.0.1', `1.1.1.1, ${entry}`)).toBe('10.0.0.1')
  })

  it.each([
    ['203.0.113.7:4711', '203.0.113.7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['[2001:DB8:0::7]:443', '2001:db8::7'],
    ['2001:0db8:0000::0007', '2001:db8::7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['[::FFFF:203.0.113.7]:80', '203.0.113.7'],
  ])('has one form: of %s', (stated, address) => {
    expect(from('10.0.0.1', stated)).toBe(address)
    expect(from('::ffff:10.0.0.1', `${stated}, ::ffff:10.0.0.2`)).toBe(address)
  })

  it('has one form where it is that of the connection', () => {
    expect(trusting()('::ffff:127.0.0.1', {})).toBe('127.0.0.1')
    expect(trusting()('::FFFF:7f00:1', {})).toBe('127.0.0.1')
  })

  it('comes from one header: the others say nothing', () => {
    const peerOf = createPeerOf({ trustedProxies: ['127.0.0.1'], addressHeader: 'x-real-ip' })
    const others = { 'x-forwarded-for': '1.1.1.1', forwarded: 'for=1.1.1.1', 'x-client-ip': '1.1.1.1' }
    expect(peerOf('127.0.0.1', others)).toBe('127.0.0.1')
    expect(peerOf('127.0.0.1', { ...others, 'x-real-ip': '203.0.113.7' })).toBe('203.0.113.7')
  })
})

describe('a gateway behind a proxy', async () => {
  const app = await createTestApp({
    settings: 'proxies: { trusted_proxies: 127.0.0.1, address_header: X-Real-IP }',
  })
  afterAll(app.close)

  it('says in its log who has sent a request', async () => {
    const authorization = basic(elastic)
    await app.fetch('/', {
      headers: { authorization, 'x-real-ip': '203.0.113.7', 'x-forwarded-for': '1.1.1.1' },
    })
    expect(app.logs()).toContain('"address":"203.0.113.7","method":"GET","path":"/","status":200')
  })
})
