import type { Server } from 'node:http'
import { setTimeout } from 'node:timers/promises'

/** How long nobody may have asked anything, and how long that may be waited for, in milliseconds. */
const quiet = 100
const longest = 1_000

/**
 * Has a server that is closed keep idle connections until it has been left alone, a second at most: to close them at
 * once, as Node does, takes along what clients have sent and nobody has read. Each answer is to say that it is the last.
 */
export function closeIdleLater(server: Server): void {
  const close = server.closeIdleConnections.bind(server)
  server.closeIdleConnections = () => void leftAlone(server).then(close)
}

async function leftAlone(server: Server): Promise<void> {
  let asked = 0
  server.on('request', () => (asked += 1))
  const end = performance.now() + longest
  let before: number
  do {
    before = asked
    await setTimeout(quiet, undefined, { ref: false })
  } while (asked !== before && performance.now() < end)
}
