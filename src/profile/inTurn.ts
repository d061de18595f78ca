/** Makes the function that runs tasks of one key one after the other, in the order in which they came. */
export function createInTurn() {
  const last = new Map<string, Promise<unknown>>()

  return async function inTurn<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = last.get(key) ?? Promise.resolve()
    const turn = before.then(task)
    const settled = turn.catch(() => undefined)
    last.set(key, settled)
    try {
      return await turn
    } finally {
      if (last.get(key) === settled) last.delete(key)
    }
  }
}
