/** Ends things in their order, all of them, whatever fails. Throws the first failure then. */
export async function closeAll(endings: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = []
  for (const end of endings) {
    try {
      await end()
    } catch (failure) {
      failures.push(failure)
    }
  }
  if (failures.length > 0) throw failures[0]
}
