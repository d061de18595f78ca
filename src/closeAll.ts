/** Runs all endings in order, even if some fail, and then throws the first failure. */
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
