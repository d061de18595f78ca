import { expect } from 'vitest'

/** Expects what will come true, on a machine that is busy too. */
export function eventually<T>(see: () => T) {
  return expect.poll(see, { timeout: 20_000, interval: 10 })
}
