import type { Logger } from 'pino'

/** How often it is said, in milliseconds. */
const pause = 60_000

/** Makes what says that something is refused because there is too much: once in a while, not for each. */
export function reportDrops(logger: Logger, message: string): () => void {
  let isSaid = false
  return () => {
    if (isSaid) return
    isSaid = true
    setTimeout(() => (isSaid = false), pause).unref()
    logger.warn(message)
  }
}
