import { describe, expect, it } from 'vitest'
import { parseExposition, sumOf } from './exposition.ts'

const head = '# HELP a_total How many.\n# TYPE a_total counter\n'
const histogram = '# HELP h Long.\n# TYPE h histogram\n'

describe('an exposition', () => {
  it('is read with its labels, and what stands in them', () => {
    const families = parseExposition(`${head}a_total{x="1",y="q\\"\\\\,{"} 2\na_total{x="2",y=""} 3.5e+1\n`)
    expect(families.get('a_total')).toMatchObject({ help: 'How many.', type: 'counter' })
    expect(sumOf(families, 'a_total', { x: '2' })).toBe(35)
    expect(sumOf(families, 'a_total')).toBe(37)
  })

  it.each([
    ['without an end', `${head}a_total 1`],
    ['without a type', '# HELP a_total x\na_total 1\n'],
    ['without help', '# TYPE a_total counter\na_total 1\n'],
    ['with a series twice', `${head}a_total{x="1"} 1\na_total{x="1"} 2\n`],
    ['with a family twice', `${head}a_total 1\n${head}a_total{x="1"} 1\n`],
    ['with a sample of another family', `${head}b_total 1\n`],
    ['with a label that is not closed', `${head}a_total{x="1} 1\n`],
    ['with a label twice', `${head}a_total{x="1",x="2"} 1\n`],
    ['with no number', `${head}a_total x\n`],
    ['with buckets that fall', `${histogram}h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n`],
    ['without the last bucket', `${histogram}h_bucket{le="1"} 1\nh_sum 1\nh_count 1\n`],
  ])('is refused %s', (_, text) => {
    expect(() => parseExposition(text)).toThrow()
  })
})
