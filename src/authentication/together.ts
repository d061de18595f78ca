/**
 * Makes what those who are done wait for while others still wait: they go on together, as soon as they are as many as
 * those, or after so many milliseconds, by how many wait when the first is done. What is done next for several at once costs
 * each of them less, and whoever has nobody behind waits for nobody.
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
