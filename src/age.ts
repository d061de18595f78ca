/** Whether an age is below a time, in the same unit. Below zero it is not: a clock that was put back makes nothing live longer. */
export function isAgeBelow(most: number, age: number): boolean {
  return age >= 0 && age < most
}
