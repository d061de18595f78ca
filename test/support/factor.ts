/** How often a test repeats what its default length does `rounds` times: `TEST_FACTOR=10` makes it ten times as long. */
export function factor(rounds: number): number {
  const times = Number(process.env.TEST_FACTOR ?? '1')
  if (!(times > 0)) throw new Error('TEST_FACTOR is not a number above 0')
  return Math.ceil(rounds * times)
}
