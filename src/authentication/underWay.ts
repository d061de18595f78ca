/** Makes the function that begins something of a name, or joins what is under way by that name: all get what it gives. */
export function createUnderWay<T>() {
  const begun = new Map<string, Promise<T>>()

  return function once(name: string, begin: () => Promise<T>): Promise<T> {
    const found = begun.get(name)
    if (found) return found
    const doing = begin().finally(() => begun.delete(name))
    begun.set(name, doing)
    return doing
  }
}
