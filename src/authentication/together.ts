/**
 * Makes what those who are done wait for while others still wait: they go on together, as soon as they are as many as
 * those, or after `longest` milliseconds. What is done next for several at once costs each of them less, and whoever has
 * nobody behind waits for nobody.
 */
export function createTogether(longest: number, waiting: () => number) {
  let done: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined

  return function together(): Promise<void> {
    return new Promise((goOn) => {
      done.push(goOn)
      if (done.length >= waiting()) allGoOn()
      else timer ??= setTimeout(allGoOn, longest)
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
