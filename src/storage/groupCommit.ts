import { databaseErrorOf, isPassing } from './databaseError.ts'

interface GroupCommitParts<Item, Answer> {
  /** Makes one statement for all of them, at least one. Answers each, in their order. */
  statement: (items: readonly Item[]) => Promise<readonly Answer[]>
  /** What no two items of one statement may share: the later one waits for the next. */
  keyOf?: (item: Item) => string
  /** How large an item is, in characters. What is larger than a statement may be has one of its own. */
  sizeOf?: (item: Item) => number
  /** How many statements that are slow others do not wait for. */
  mostSlow?: number
}

interface Waiting<Item, Answer> {
  readonly item: Item
  readonly resolve: (answer: Answer) => void
  readonly reject: (cause: unknown) => void
}

/** How many a statement is made for at most: beyond, each costs as much as before. */
const mostItems = 64

/** How large all items of a statement are at most, in characters. */
const mostCharacters = 262_144

/** For how many turns of the event loop a statement waits for others at most. */
const mostTurns = 4

/** After how long a statement is slow, in milliseconds: then the next need not wait for it. */
const patience = 100

/**
 * Makes the function that has one statement made for many: all who come in one turn of the event loop, or in the next
 * few where each brings some, and all who come while one is under way, which join the next. Whoever comes alone waits
 * for nobody. If a statement fails for what it was given, each half of it is made again, until whatever was wrong is
 * alone; if the database cannot do it now, it fails for all it was made for, and for those who wait behind them with
 * their keys, who would have a statement each, one after another: they have waited as long. It fails for nobody else.
 */
export function createGroupCommit<Item, Answer>(parts: GroupCommitParts<Item, Answer>) {
  const { statement, keyOf, sizeOf = () => 0, mostSlow = 3 } = parts
  let waiting: Waiting<Item, Answer>[] = []
  let isUnderWay = false
  const slow = new Set<Promise<void>>()

  return function join(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (isUnderWay) return
      isUnderWay = true
      gather(0, 1)
    })
  }

  /** As long as each turn of the event loop brings others, for a few of them. */
  function gather(before: number, turn: number): void {
    const now = waiting.length
    if (now > before && turn <= mostTurns) setImmediate(gather, now, turn + 1)
    else void makeAll()
  }

  async function makeAll(): Promise<void> {
    while (waiting.length > 0) await doneOrSlow(make(nextGroup()))
    isUnderWay = false
  }

  function nextGroup(): readonly Waiting<Item, Answer>[] {
    const group: Waiting<Item, Answer>[] = []
    const left: Waiting<Item, Answer>[] = []
    const keys = new Set<string>()
    let characters = 0
    for (const one of waiting) {
      const key = keyOf?.(one.item)
      characters += sizeOf(one.item)
      const fits = group.length < mostItems && characters <= mostCharacters
      if ((group.length > 0 && !fits) || (key !== undefined && keys.has(key))) left.push(one)
      else {
        group.push(one)
        if (key !== undefined) keys.add(key)
      }
    }
    waiting = left
    return group
  }

  async function make(group: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await statement(group.map(({ item }) => item))
      if (answers.length !== group.length) throw new Error('a statement has not answered each')
      for (const [index, answer] of answers.entries()) group[index]?.resolve(answer)
    } catch (cause) {
      const passes = isPassing(databaseErrorOf(cause))
      if (passes || group.length === 1) {
        for (const { reject } of passes ? [...group, ...takeBehind(group)] : group) reject(cause)
      } else {
        const half = Math.ceil(group.length / 2)
        await make(group.slice(0, half))
        await make(group.slice(half))
      }
    }
  }

  /** Takes those out of who waits that have a key of the group. */
  function takeBehind(group: readonly Waiting<Item, Answer>[]): readonly Waiting<Item, Answer>[] {
    if (!keyOf) return []
    const keys = new Set(group.map(({ item }) => keyOf(item)))
    const { behind = [], left = [] } = Object.groupBy(waiting, ({ item }) =>
      keys.has(keyOf(item)) ? 'behind' : 'left',
    )
    waiting = left
    return behind
  }

  /** Resolves when it is made, or slow; where so many others are slow already, when one of them is made. */
  function doneOrSlow(made: Promise<void>): Promise<unknown> {
    return new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        slow.add(made)
        if (slow.size <= mostSlow) resolve()
        else void Promise.race(slow).then(resolve)
      }, patience)
      void made.then(() => {
        slow.delete(made)
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
