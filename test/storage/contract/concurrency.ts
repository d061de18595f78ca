/** Does the same thing many times at once. */
export function atOnce<T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => act(index)))
}

export function howMany(answers: readonly (boolean | null)[]): number {
  return answers.filter(Boolean).length
}
