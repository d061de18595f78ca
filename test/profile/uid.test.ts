import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baseOf, nextDifferentiator, uidOf } from '../../src/profile/uid.ts'

const username = fc.string({ unit: 'binary' })

/** Many numbers that are close together, so that there are gaps among them. */
const differentiators = fc.uniqueArray(fc.nat(60), { maxLength: 50 })

describe('a uid', () => {
  // Source: spec 2.3.
  it.each([
    ['jacknich', 'u_79HkWkwmnBH5gqFKwoxggWPjEBOur1zLPXQPEl1VBW0_0'],
    ['joe', 'u_eGdcwXYIE3LEOrqz6p-3DHQ4HrAtxuk_ttRNFh2m7rM_0'],
    ['elastic', 'u_mGBROF_q5bmFCATbLXAcCwKa0k8JvONAwSruelyKA5E_0'],
    ['_anonymous', 'u_lH-yD5CbNEBLkpI2dyC5MCF2BvpcwYosoKr_n62l9Wc_0'],
    ['Juan Pérez', 'u_CQ_WJP7-7ahjzrKI_sdRdMdxv89gC5d9JdBkTC1wtkI_0'],
  ])('of %s is the one that Elasticsearch gives', (name, uid) => {
    expect(uidOf(baseOf(name), 0)).toBe(uid)
  })

  it('is u_, 43 base64url characters, _ and the differentiator, whatever the username', () => {
    fc.assert(
      fc.property(username, fc.nat(), (name, n) => {
        expect(uidOf(baseOf(name), n)).toMatch(new RegExp(`^u_[A-Za-z0-9_-]{43}_${n}$`))
      }),
    )
  })

  it('gives its base and its differentiator back, split on the last underscore', () => {
    fc.assert(
      fc.property(username, fc.nat(), (name, n) => {
        const uid = uidOf(baseOf(name), n)
        const last = uid.lastIndexOf('_')
        expect(uid.slice('u_'.length, last)).toBe(baseOf(name))
        expect(Number(uid.slice(last + 1))).toBe(n)
      }),
    )
  })

  it('stems from the UTF-8 of the username alone, as it is', () => {
    fc.assert(
      fc.property(username, (name) => {
        const digest = createHash('sha256').update(Buffer.from(name, 'utf8')).digest('base64')
        expect(baseOf(name)).toBe(digest.replaceAll('+', '-').replaceAll('/', '_').replace('=', ''))
      }),
    )
    expect(new Set(['é', 'e\u0301', 'É', 'é ', ''].map(baseOf)).size).toBe(5)
  })
})

describe('the next differentiator', () => {
  const base = baseOf('jacknich')

  it.each([
    [[], 0],
    [[0], 1],
    [[0, 2], 1],
    [[1, 2], 0],
    [[2, 1, 0, 4], 3],
    [[9], 0],
  ])('after %j is %i', (given, next) => {
    expect(
      nextDifferentiator(
        base,
        given.map((n) => uidOf(base, n)),
      ),
    ).toBe(next)
  })

  it('goes on beyond ten, where Elasticsearch stops', () => {
    const given = Array.from({ length: 1_000 }, (_, n) => uidOf(base, n))
    expect(nextDifferentiator(base, given)).toBe(1_000)
  })

  it('is the lowest that was never given, whatever the order', () => {
    fc.assert(
      fc.property(differentiators, (given) => {
        const next = nextDifferentiator(
          base,
          given.map((n) => uidOf(base, n)),
        )
        expect(given).not.toContain(next)
        for (let lower = 0; lower < next; lower++) expect(given).toContain(lower)
      }),
    )
  })

  it('does not count uids of other usernames, nor those that are not made of a hash', () => {
    const others = [
      uidOf(baseOf('joe'), 0),
      'u_jacknich_suffix',
      `u_${base}_00`,
      `u_${base}_0_0`,
      `U_${base}_0`,
    ]
    expect(nextDifferentiator(base, others)).toBe(0)
    expect(nextDifferentiator(base, [...others, uidOf(base, 0)])).toBe(1)
  })
})
