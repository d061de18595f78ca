import { expect, it } from 'vitest'
import { openingFailure } from '../../src/storage/openingFailure.ts'

it('says that DATABASE_URL lacks the password that a server asks for', () => {
  // As pg says it.
  const error = new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string')
  const { code, message } = openingFailure('postgres://profiles@127.0.0.1/profiles', error)
  expect([code, message]).toEqual([
    'CONFIGURATION',
    'cannot open postgres://127.0.0.1/profiles: the server asks for a password, and DATABASE_URL has none',
  ])
})
