import type { Logger } from 'pino'

/** How often it is said, in milliseconds. */
const pause = 60_000

/** Makes what says that connections are closed because there are too many: once in a while, not for each. */
export function reportDrops(logger: Logger): () => void {
  let isSaid = false
  return () => {
    if (isSaid) return
    isSaid = true
    setTimeout(() => (isSaid = false), pause).unref()
    logger.warn('new connections are closed: there are as many as http.max_connections allows')
  }
}
