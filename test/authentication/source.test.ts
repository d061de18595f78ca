import { describe, expect, it } from 'vitest'
import { sourceOf } from '../../src/authentication/source.ts'
import { application } from '../profile/activating.ts'
import { origin } from '../support/attempts.ts'

const caller = (address: string) => sourceOf({ role: 'caller', origin: { ...origin, address } })
const grant = (subjectAddress: string | null, of: Partial<typeof application> = {}) =>
  sourceOf({ role: 'subject', caller: { ...application, ...of, origin: { ...origin, subjectAddress } } })

describe('the source', () => {
  it('of a caller is the network from which the request comes', () => {
    expect(caller('192.0.2.7')).toEqual({ lane: 'callers', key: '192.0.2.7' })
    expect(caller('2001:db8:0:1:2::3')).toEqual(caller('2001:db8::1:ffff:0:0:1'))
    expect(caller('2001:db8:0:1::1')).not.toEqual(caller('2001:db8:0:2::1'))
  })

  it('of a grant is the network from which its user is said to come, whoever says so', () => {
    expect(grant('192.0.2.7')).toEqual({ lane: 'grants', key: '192.0.2.7' })
    expect(grant('2001:db8::1', { username: 'another' })).toEqual(grant('2001:db8::2'))
  })

  it('of a grant of which nothing is said is the application, of its own realm', () => {
    expect(grant(null)).toMatchObject({ lane: 'grants' })
    const others = [{ username: 'another' }, { realm: { name: 'corp', type: 'jwt', domain: null } }]
    const keys = [{}, ...others, { via: 'cluster' }].map((of) => grant(null, of).key)
    expect(new Set(keys).size).toBe(4)
    expect(grant(null, { email: 'mail@example.com' })).toEqual(grant(null))
  })
})
