import { median } from './stats.ts'

/** The median, and the lowest and highest where there are several. */
export function spread(numbers: readonly number[], digits: number): string {
  const text = (number: number) => (Number.isNaN(number) ? '–' : number.toFixed(digits))
  if (numbers.length < 2) return text(median(numbers))
  return `${text(median(numbers))} (${text(Math.min(...numbers))}–${text(Math.max(...numbers))})`
}
