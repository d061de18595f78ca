/**
 * Whether an age is below a limit, in the same unit. A negative age is not: a clock that was set back lets nothing live
 * longer.
 */
export function isAgeBelow(most: number, age: number): boolean {
  return age >= 0 && age < most
}
