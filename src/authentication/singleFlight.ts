/** Makes the function that runs a task under a name, or joins the one that runs under it already: all get its one result. */
export function createSingleFlight<T>() {
  const begun = new Map<string, Promise<T>>()

  return function once(name: string, begin: () => Promise<T>): Promise<T> {
    const found = begun.get(name)
    if (found) return found
    const doing = begin().finally(() => begun.delete(name))
    begun.set(name, doing)
    return doing
  }
}
