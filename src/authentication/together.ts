/**
 * Lets those whose task is done wait for each other while others are still queued. They go on together as soon as they are
 * as many as are queued, or after some milliseconds that depend on how many were queued when the first was done. What is
 * done next for several at once costs each of them less; where nobody is queued, nobody waits.
 */
export function createTogether(longestOf: (waiting: number) => number, waiting: () => number) {
  let done: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined

  return function together(): Promise<void> {
    return new Promise((goOn) => {
      done.push(goOn)
      if (done.length >= waiting()) allGoOn()
      else timer ??= setTimeout(allGoOn, longestOf(waiting()))
    })
  }

  function allGoOn(): void {
    clearTimeout(timer)
    timer = undefined
    const all = done
    done = []
    for (const goOn of all) goOn()
  }
}
