/** The process's clock, in epoch milliseconds: the only one there is. */
export function clock(): number {
  return Date.now()
}
