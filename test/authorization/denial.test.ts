import { describe, expect, it } from 'vitest'
import { missingCredentials, unknownCaller, unknownSubject } from '../../src/authorization/denial.ts'

const activate = 'cluster:admin/xpack/security/profile/activate'

// What a known caller is told who may not do something: authorize.test.ts.
describe('who is not known', () => {
  it('is told that there are no credentials, with the whole address', () => {
    expect(missingCredentials('/_security/profile/_activate?pretty')).toBe(
      'missing authentication credentials for REST request [/_security/profile/_activate?pretty]',
    )
  })

  it('is told, as a caller, for which request', () => {
    expect(unknownCaller('bob', '/x?y')).toBe('unable to authenticate user [bob] for REST request [/x?y]')
  })

  it('is told, as the subject of a grant, for which action', () => {
    expect(unknownSubject('jacknich', activate)).toBe(
      'unable to authenticate user [jacknich] for action [cluster:admin/xpack/security/profile/activate]',
    )
  })
})
