// Is there an order in which one operation after another explains every answer of a history that was recorded of
// many clients at once? Source: Wing and Gong, "Testing and Verifying Concurrent Objects" (1993), and Lowe, "Testing
// for Linearizability" (2017), for what is remembered of the search.

/** What a client asked, what it was answered, and when, by one clock that never goes back. */
export interface Operation<Call, Answer> {
  readonly call: Call
  /** Null if it never came: then the call may have happened, at any time after its begin, or not. */
  readonly answer: Answer | null
  readonly begun: number
  /** When the answer was there. Without one it does not matter. */
  readonly ended: number
}

type History<Call, Answer> = readonly Operation<Call, Answer>[]

/** How calls are answered one after another. */
export interface Model<State, Call, Answer> {
  /** States are plain JSON, and equal ones print equally. */
  readonly initial: State
  /** The state after the call, or null if it cannot be answered so. Without an answer, any will do. */
  readonly step: (state: State, call: Call, answer: Answer | null) => State | null
  /** Whether a call that was answered so changes no state. Knowing that makes a search short. */
  readonly isRead?: (call: Call, answer: Answer) => boolean
}

export type Verdict<Call, Answer> =
  | { readonly explained: true; readonly order: History<Call, Answer> }
  | { readonly explained: false; readonly culprit: Operation<Call, Answer>; readonly story: string }

/**
 * Looks for an order of the operations that respects time (what had ended before another began comes before it) and
 * explains every answer. If there is none, tells the story of the shortest beginning of the history that has none:
 * its last answer, what was under way then, and one order that explains all before it.
 */
export function linearizable<State, Call, Answer>(
  model: Model<State, Call, Answer>,
  history: History<Call, Answer>,
): Verdict<Call, Answer> {
  const ends = history.filter(({ answer }) => answer !== null).sort((one, other) => one.ended - other.ended)
  const order = orderOf(model, ends, without(history, ends))
  if (order) return { explained: true, order }

  let [explained, unexplained] = [0, ends.length]
  while (unexplained - explained > 1) {
    const middle = Math.floor((explained + unexplained) / 2)
    if (orderUntil(middle)) explained = middle
    else unexplained = middle
  }
  const culprit = ends[unexplained - 1]
  if (!culprit) throw new Error('a history without answers contradicts nothing')
  const open = underWay(ends.slice(0, unexplained))
  return { explained: false, culprit, story: storyOf(model, culprit, open, orderUntil(explained) ?? []) }

  function orderUntil(count: number): Operation<Call, Answer>[] | null {
    const ended = ends.slice(0, count)
    return orderOf(model, ended, underWay(ended))
  }

  function underWay(ended: History<Call, Answer>): Operation<Call, Answer>[] {
    const now = ended.at(-1)?.ended ?? -Infinity
    return without(history, ended).filter(({ begun }) => begun <= now)
  }
}

function without<Each>(all: readonly Each[], some: readonly Each[]): Each[] {
  const left = new Set(all)
  for (const one of some) left.delete(one)
  return [...left]
}

/** Some operations that can have happened before all others, and what they have led to. */
interface Point<State> {
  readonly state: State
  /** How many of those that must have happened, in the order in which they began, until the first that is left. */
  readonly behind: number
  /** Those beyond it. */
  readonly ahead: readonly number[]
  /** Of those that may have happened. */
  readonly optional: readonly number[]
  /** What has happened last, and where. */
  readonly step: { readonly from: Point<State>; readonly operation: unknown } | null
}

/** An order of all that must have happened and of some that may have. */
function orderOf<State, Call, Answer>(
  { initial, step, isRead }: Model<State, Call, Answer>,
  must: History<Call, Answer>,
  may: History<Call, Answer>,
): Operation<Call, Answer>[] | null {
  const required = must.toSorted((one, other) => one.begun - other.begun)
  const points: Point<State>[] = [{ state: initial, behind: 0, ahead: [], optional: [], step: null }]
  const seen = new Set<string>()
  for (let point = points.pop(); point; point = points.pop()) {
    if (point.behind === required.length) return pathTo(point)
    for (const next of nextOf(point)) {
      const key = JSON.stringify([next.behind, next.ahead, next.optional, next.state])
      if (!seen.has(key)) points.push(next)
      seen.add(key)
    }
  }
  return null

  /** What can be next: nothing that is left had ended before it began. What is to be tried first comes last. */
  function nextOf(point: Point<State>): Point<State>[] {
    const left: number[] = []
    let firstEnd = Infinity
    for (let index = point.behind; index < required.length; index++) {
      const { begun, ended } = at(required, index)
      if (begun > firstEnd) break
      if (point.ahead.includes(index)) continue
      left.push(index)
      firstEnd = Math.min(firstEnd, ended)
    }
    const firstToEndLast = left
      .filter((index) => at(required, index).begun <= firstEnd)
      .sort((one, other) => at(required, other).ended - at(required, one).ended)
    // What is explained here and changes nothing might as well have happened here.
    const read = firstToEndLast
      .filter((index) => isReadOnly(at(required, index)))
      .flatMap((index) => withRequired(point, index))
    if (read[0]) return [read[0]]
    const possible = [...may.keys()].filter(
      (index) => at(may, index).begun <= firstEnd && !point.optional.includes(index),
    )
    return [
      ...possible.flatMap((index) => withOptional(point, index)),
      ...firstToEndLast.flatMap((index) => withRequired(point, index)),
    ]
  }

  function isReadOnly({ call, answer }: Operation<Call, Answer>): boolean {
    return answer !== null && isRead?.(call, answer) === true
  }

  function withRequired(from: Point<State>, index: number): Point<State>[] {
    const operation = at(required, index)
    const state = step(from.state, operation.call, operation.answer)
    if (state === null) return []
    let behind = from.behind
    const ahead = new Set(from.ahead).add(index)
    while (ahead.delete(behind)) behind += 1
    return [{ ...from, state, behind, ahead: sorted(ahead), step: { from, operation } }]
  }

  function withOptional(from: Point<State>, index: number): Point<State>[] {
    const operation = at(may, index)
    const state = step(from.state, operation.call, operation.answer)
    // What changes nothing need not have happened.
    if (state === null || JSON.stringify(state) === JSON.stringify(from.state)) return []
    return [{ ...from, state, optional: sorted([...from.optional, index]), step: { from, operation } }]
  }

  function pathTo(last: Point<State>): Operation<Call, Answer>[] {
    const path: Operation<Call, Answer>[] = []
    for (let at = last.step; at; at = at.from.step) path.push(at.operation as Operation<Call, Answer>)
    return path.reverse()
  }
}

function at<Each>(all: readonly Each[], index: number): Each {
  return all[index] as Each
}

function sorted(indexes: Iterable<number>): number[] {
  return [...indexes].sort((one, other) => one - other)
}

/** How many steps before the contradiction are told. */
const told = 20

function storyOf<State, Call, Answer>(
  { initial, step }: Model<State, Call, Answer>,
  culprit: Operation<Call, Answer>,
  open: History<Call, Answer>,
  before: History<Call, Answer>,
): string {
  let state = initial
  const steps = before.map((operation) => {
    state = step(state, operation.call, operation.answer) ?? state
    return `  ${printed(operation)}\n    then ${JSON.stringify(state)}`
  })
  return [
    'No order of one operation after another explains this answer:',
    `  ${printed(culprit)}`,
    'Under way at its end, or never answered:',
    ...open.map((operation) => `  ${printed(operation)}`),
    `An order that explains all before it (the last ${Math.min(told, steps.length)} of ${steps.length}):`,
    ...steps.slice(-told),
  ].join('\n')
}

function printed<Call, Answer>({ call, answer, begun, ended }: Operation<Call, Answer>): string {
  const time = `${begun.toFixed(3)}–${answer === null ? '' : ended.toFixed(3)}`
  return `${time}  ${JSON.stringify(call)} → ${answer === null ? '?' : JSON.stringify(answer)}`
}
