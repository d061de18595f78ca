import { expect, it } from 'vitest'
import { createSharedSecret } from '../../../src/authentication/jwt/sharedSecret.ts'

it('a secret that was replaced is not taken for longer because the clock was put back', () => {
  let now = 1_000_000_000
  const { check, replace } = createSharedSecret({ secret: 'first', gracePeriod: 60_000, clock: () => now })
  replace('second')
  expect([check('first'), check('second')]).toEqual([null, null])
  now -= 3_600_000
  expect([check('first'), check('second')]).toEqual([expect.stringContaining('did not match'), null])
  now += 3_600_000
  expect(check('first'), 'nor once that time has come again').toContain('did not match')
})
