import { z } from 'zod'
import { durationFrom, integer } from './value.ts'

const time = durationFrom(1_000, 86_400_000, 'at least 1s and at most 24h')

export const throttle = z
  .strictObject({
    attempts: integer(1, 1_000_000)
      .default(8)
      .describe('How many wrong attempts one name has, in all and from one address, before it has to wait.'),
    attempts_per_address: integer(1, 1_000_000)
      .default(100)
      .describe('How many wrong attempts all names together have from one address.'),
    attempts_per_caller: integer(1, 1_000_000)
      .default(1_000)
      .describe('How many wrong attempts all grants of one caller have together.'),
    first_wait: time
      .prefault('30s')
      .describe('How long the first wait is. Each further wrong attempt doubles it.'),
    longest_wait: time.prefault('15m').describe('How long a wait is at most; not less than `first_wait`.'),
    forget_after: time.prefault('10m').describe('How long it takes to forget a wrong attempt at a name.'),
  })
  .prefault({})
  .describe("How often credentials may be tried; grants and callers' own passwords are counted apart.")
  .refine(({ first_wait: first, longest_wait: longest }) => first <= longest, {
    error: 'expected first_wait to be at most longest_wait',
  })
