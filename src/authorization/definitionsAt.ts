/** What is stored at one moment. */
interface Stored {
  /** Which every change of it raises. */
  readonly securityEpoch: number
}

/**
 * Makes the function that gives all stored definitions of a kind as of a security epoch that was just read, or later: at
 * once where they are known. They are kept in memory as long as everybody reads the same epoch: a change counts everywhere
 * from the first request that begins after it. A database that was restored may have an older epoch.
 */
export function createDefinitionsAt<Definitions extends Stored>(readStored: () => Promise<Definitions>) {
  let known: Definitions | undefined
  let reading: Promise<Definitions> | undefined
  let next: Promise<Definitions> | undefined

  return function definitionsAt(securityEpoch: number): Definitions | Promise<Definitions> {
    return known?.securityEpoch === securityEpoch ? known : learn()
  }

  async function learn(): Promise<Definitions> {
    known = await readFromNow()
    return known
  }

  /** A reading that begins after this moment: one that is under way may have begun too early. */
  function readFromNow(): Promise<Definitions> {
    if (!reading) return read()
    next ??= reading
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return read()
      })
    return next
  }

  function read(): Promise<Definitions> {
    const begun = readStored().finally(() => {
      if (reading === begun) reading = undefined
    })
    reading = begun
    return begun
  }
}
