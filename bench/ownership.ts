/** What the bench has started and must end, however it ends itself. */
export interface Ownership {
  /** Takes over what is being made. Once ending has begun, that is all: it throws. */
  readonly own: <T>(making: Promise<T>, end: (made: T) => unknown) => Promise<T>
  /** Ends everything, the newest first. */
  readonly end: () => Promise<void>
}

export function createOwnership(): Ownership {
  const endings: (() => Promise<void>)[] = []
  let ending = false
  let ended = Promise.resolve()
  return {
    async own(making, end) {
      endings.push(async () => {
        const made = await making.then(
          (value) => ({ value }),
          () => null,
        )
        if (made) await end(made.value)
      })
      if (ending) throw new Error('the bench is ending')
      return making
    },

    end() {
      ending = true
      // Who asks while others end waits for them too.
      ended = ended.then(endAll)
      return ended
    },
  }

  async function endAll(): Promise<void> {
    for (let next = endings.pop(); next; next = endings.pop()) {
      await next().catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
    }
  }
}
