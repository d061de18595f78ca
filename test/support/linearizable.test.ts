import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearizable, type Model, type Operation } from './linearizable.ts'

type Call = { readonly write: number } | { readonly add: number } | 'read'
type Registered = Operation<Call, number>

/** A register that holds a number. Every call is answered with what it holds then. */
const register: Model<number, Call, number> = {
  initial: 0,
  step(state, call, answer) {
    const next = after(state, call)
    return answer === null || answer === next ? next : null
  },
  isRead: (call) => call === 'read',
}

function after(state: number, call: Call): number {
  if (call === 'read') return state
  return 'add' in call ? state + call.add : call.write
}

function at(begun: number, ended: number, call: Call, answer: number | null): Registered {
  return { begun, ended, call, answer }
}

const one: Call = { add: 1 }

describe('a history is explained', () => {
  it.each<[string, Registered[]]>([
    ['if nothing happened', []],
    ['if nothing was answered', [at(0, 0, one, null)]],
    ['if one operation followed another', [at(0, 1, one, 1), at(2, 3, 'read', 1), at(4, 5, one, 2)]],
    ['if a read beside a write saw what was before', [at(0, 9, one, 1), at(1, 2, 'read', 0)]],
    ['if a read beside a write saw what came', [at(0, 9, one, 1), at(1, 2, 'read', 1)]],
    [
      'if many at once can be brought into some order',
      [at(0, 9, one, 3), at(0, 9, one, 1), at(0, 9, one, 2)],
    ],
    ['if what was never answered happened', [at(0, 1, { write: 7 }, null), at(2, 3, 'read', 7)]],
    [
      'if what was never answered happened late',
      [at(0, 1, { write: 7 }, null), at(2, 3, 'read', 0), at(4, 5, one, 1), at(6, 7, 'read', 7)],
    ],
    ['if what was never answered did not happen', [at(0, 1, { write: 7 }, null), at(2, 3, 'read', 0)]],
  ])('%s', (_, history) => {
    const verdict = linearizable(register, history)
    expect(verdict).toMatchObject({ explained: true })
  })
})

describe('a history is not explained', () => {
  it.each<[string, Registered[]]>([
    ['if a read is stale', [at(0, 1, one, 1), at(2, 3, 'read', 0)]],
    ['if a write is lost', [at(0, 9, one, 1), at(0, 9, one, 1)]],
    ['if reads go back', [at(0, 9, one, 1), at(1, 2, 'read', 1), at(3, 4, 'read', 0)]],
    ['if a read sees what comes later', [at(0, 1, 'read', 1), at(2, 3, one, 1)]],
    ['if a read sees what nobody wrote', [at(0, 1, { write: 7 }, null), at(2, 3, 'read', 8)]],
    [
      'if what was never answered happened twice',
      [
        at(0, 1, { write: 7 }, null),
        at(2, 3, { write: 1 }, 1),
        at(4, 5, 'read', 7),
        at(6, 7, { write: 2 }, 2),
        at(8, 9, 'read', 7),
      ],
    ],
    [
      'if what was never answered happened before it began',
      [at(0, 1, 'read', 7), at(2, 3, { write: 7 }, null)],
    ],
  ])('%s', (_, history) => {
    expect(linearizable(register, history)).toMatchObject({ explained: false })
  })

  it('and its story is that of the first answer that contradicts those before it', () => {
    const verdict = linearizable(register, [
      at(0, 1, one, 1),
      at(2, 9, one, 2),
      at(3, 4, 'read', 2),
      at(5, 6, 'read', 1),
      at(7, 8, 'read', 77),
    ])
    expect(verdict).toEqual({
      explained: false,
      culprit: at(5, 6, 'read', 1),
      story: [
        'No order of one operation after another explains this answer:',
        '  5.000–6.000  "read" → 1',
        'Under way at its end, or never answered:',
        '  2.000–9.000  {"add":1} → 2',
        'An order that explains all before it (the last 3 of 3):',
        '  0.000–1.000  {"add":1} → 1',
        '    then 1',
        '  2.000–9.000  {"add":1} → 2',
        '    then 2',
        '  3.000–4.000  "read" → 2',
        '    then 2',
      ].join('\n'),
    })
  })
})

const call = fc.oneof(
  fc.constant<Call>('read'),
  fc.record({ write: fc.nat(4) }),
  fc.record({ add: fc.integer({ min: 1, max: 3 }) }),
)

/** A call that happened at a moment of its own, and how long before and after it the client waited. */
const happened = fc.record({
  call,
  before: fc.double({ min: 0, max: 8, noNaN: true }),
  after: fc.nat(8),
  lost: rarely(),
})

/** What happened one after another, as clients would record it that were answered later than it happened. */
const histories = fc.array(happened, { maxLength: 200 }).map((all) => {
  let state = register.initial
  return all.map(({ call, before, after: late, lost }, moment): Registered => {
    state = after(state, call)
    return { call, answer: lost ? null : state, begun: moment - before, ended: moment + late }
  })
})

describe('whatever happened one after another', () => {
  it('is explained, however late it was answered, and by an order that respects time', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const verdict = linearizable(register, history)
        if (!verdict.explained) throw new Error(verdict.story)
        expectInTime(verdict.order)
        const answered = history.filter(({ answer }) => answer !== null)
        expect(new Set(verdict.order)).toEqual(expect.objectContaining(new Set(answered)))
      }),
    )
  })

  it('is not explained with an answer that nothing can have led to', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (history, choice) => {
        const index = history.length === 0 ? 0 : choice % history.length
        const mutated = history.map((operation, other) =>
          other === index ? { ...operation, answer: -1 } : operation,
        )
        fc.pre(mutated.length > 0)
        const verdict = linearizable(register, mutated)
        expect(verdict).toMatchObject({ explained: false })
      }),
    )
  })

  it('is explained with another answer only if trying every order finds one too', () => {
    const few = fc.array(happened, { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(few, fc.nat(5), fc.nat(6), (all, choice, answer) => {
        let state = register.initial
        const history = all.map(({ call, before, after: late }, moment): Registered => {
          state = after(state, call)
          const given = moment === choice % all.length ? answer : state
          return { call, answer: given, begun: moment - before, ended: moment + late }
        })
        expect(linearizable(register, history).explained).toBe(explainedBySomeOrder(history))
      }),
      { numRuns: 300 },
    )
  })
})

it('several hundred operations of sixteen clients are judged in moments, whether explained or not', () => {
  const history = Array.from({ length: 800 }, (_, moment) => at(moment - 8, moment + 8, one, moment + 1))
  const lost = history.map((operation, index) =>
    index === 700 ? { ...operation, answer: 1_000 } : operation,
  )
  const begun = performance.now()
  expect(linearizable(register, history).explained).toBe(true)
  expect(linearizable(register, lost).explained).toBe(false)
  expect(performance.now() - begun).toBeLessThan(5_000)
})

function expectInTime(order: readonly Registered[]): void {
  let latestBegin = -Infinity
  for (const { answer, begun, ended } of order) {
    expect(answer === null ? Infinity : ended).toBeGreaterThanOrEqual(latestBegin)
    latestBegin = Math.max(latestBegin, begun)
  }
}

/** The definition itself, too slow for more than a few. */
function explainedBySomeOrder(left: readonly Registered[], state = register.initial): boolean {
  if (left.length === 0) return true
  return left.some((operation) => {
    const others = left.filter((other) => other !== operation)
    if (others.some(({ ended }) => ended < operation.begun)) return false
    const next = register.step(state, operation.call, operation.answer)
    return next !== null && explainedBySomeOrder(others, next)
  })
}

function rarely() {
  return fc.oneof({ arbitrary: fc.constant(false), weight: 30 }, { arbitrary: fc.constant(true), weight: 1 })
}
