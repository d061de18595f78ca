import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auditLine, lineOf } from '../../src/audit/auditLine.ts'
import { pipeBytes } from '../../src/audit/destination.ts'
import { factor } from '../support/factor.ts'

const origin = { requestId: 'r', address: '192.0.2.1', subjectAddress: null }
const done = { category: ['iam'], type: ['user'], action: 'user-put', outcome: 'success' } as const

describe('a line', () => {
  it('is one line of JSON, bounded and in one piece, whatever is in it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 1_100, size: 'max' }),
      fc.string({
        unit: fc.constantFrom('\n', '\u2028', '\u0085', '\u007f', '\u202e', '\ud800', '"', 'a'),
        maxLength: 1_100,
        size: 'max',
      }),
    )
    const list = fc.array(text, { maxLength: 30, size: 'max' })
    const property = fc.property(text, list, text, list, (name, roles, target, ids) => {
      const line = auditLine(
        {
          event: done,
          user: { name, roles, target: { name: target, roles } },
          profile_gateway: { uid: name, target: { id: ids, name: target }, caller: { name } },
        },
        origin,
        1_800_000_000_000,
      )
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(pipeBytes)
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_C}]/u)
      expect(line.endsWith('}\n')).toBe(true)
      expect(JSON.parse(line)).toMatchObject({ event: done, http: { request: { id: 'r' } } })
    })
    fc.assert(property, { numRuns: factor(15), endOnFailure: true })
  })

  it('says what was said where it fits, and marks what is cut', () => {
    const said = 'a\nb\u2028c\u0085d\u202e\ud800'
    expect(JSON.parse(lineOf({ said }))).toEqual({ said })
    const { long, many } = JSON.parse(lineOf({ long: 'x'.repeat(9_000), many: Array(900).fill('y') })) as {
      long: string
      many: string[]
    }
    expect([long.at(-1), many.at(-1)]).toEqual(['…', '…'])
    expect(long).toHaveLength(512)
  })
})
