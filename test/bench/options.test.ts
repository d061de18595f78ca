import { describe, expect, it } from 'vitest'
import { readOptions } from '../../bench/options.ts'

describe('the options of the bench', () => {
  it.each([
    [['--seconds', '0'], '--seconds: expected a number above 0'],
    [['--rounds', 'many'], '--rounds: expected a number above 0'],
    [['--connections', '65'], '--connections: expected whole numbers from 1 to 64'],
    [['--profiles', '10'], '--profiles: expected a whole number from 1000'],
    [['--proofs', '1000.5'], '--proofs: expected a whole number from 1000'],
    [['--only', '('], '--only: expected a regular expression'],
  ])('%j are refused with what is expected', (args, problem) => {
    expect(() => readOptions(args)).toThrow(problem)
  })

  it('say how much is measured', () => {
    const { connections, rounds, seconds, profiles, proofs, profile } = readOptions([])
    expect({ connections, rounds, seconds, profiles, proofs, profile }).toEqual({
      ...{ connections: [1, 16, 64], rounds: 3, seconds: 3, profile: null },
      ...{ profiles: 1_000_000, proofs: 100_000 },
    })
    expect(readOptions(['--connections', '2,4']).connections).toEqual([2, 4])
    expect(readOptions(['--only', 'Floor']).only.test('flood / floor A')).toBe(true)
  })
})
