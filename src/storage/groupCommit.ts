interface GroupCommitParts<Item, Answer> {
  /** Makes one statement for all of them, at least one. Answers each, in their order. */
  statement: (items: readonly Item[]) => Promise<readonly Answer[]>
  /** How many a statement is made for at most. */
  most: number
}

interface Waiting<Item, Answer> {
  readonly item: Item
  readonly resolve: (answer: Answer) => void
  readonly reject: (cause: unknown) => void
}

/**
 * Makes the function that has one statement made for many. Whoever comes while one is under way joins the next, so that
 * all together never hold more than one connection; whoever comes alone waits for nobody. A statement that fails does so
 * for those it was made for.
 */
export function createGroupCommit<Item, Answer>({ statement, most }: GroupCommitParts<Item, Answer>) {
  const waiting: Waiting<Item, Answer>[] = []
  let isUnderWay = false

  return function join(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!isUnderWay) void makeAll()
    })
  }

  async function makeAll(): Promise<void> {
    isUnderWay = true
    while (waiting.length > 0) await makeOne(waiting.splice(0, most))
    isUnderWay = false
  }

  async function makeOne(group: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await statement(group.map(({ item }) => item))
      if (answers.length !== group.length) throw new Error('a statement has not answered each')
      for (const [index, answer] of answers.entries()) group[index]?.resolve(answer)
    } catch (cause) {
      for (const { reject } of group) reject(cause)
    }
  }
}
