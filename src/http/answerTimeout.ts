import { Failure } from '../errors.ts'

/**
 * Bounds how long a request waits for what is done for it, in milliseconds. What has begun goes on without it; what
 * becomes of it then is reported if it fails.
 */
export function createAnswerTimeout(longest: number, report: (cause: unknown) => void) {
  /** @throws `UNAVAILABLE` where it takes longer */
  return function inTime<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        work.catch(report)
        reject(tooLate())
      }, longest)
      const settled = () => {
        clearTimeout(timer)
        // With what has come of it.
        resolve(work)
      }
      work.then(settled, settled)
    })
  }
}

function tooLate(): Failure {
  return new Failure('UNAVAILABLE', 'the answer took too long: what the request asked for may still be done')
}
