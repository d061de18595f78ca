import { isatty } from 'node:tty'

export interface HangUp {
  /** Has the signal, and one that came before, go to the gateway. */
  leadTo(gateway: HungUp): void
  /** Does what the signal does. */
  take(): void
}

interface HungUp {
  /** Reads anew what may have been replaced. */
  reload(): void
  /** Ends it, and the process. */
  stop(): void
}

/**
 * Takes SIGHUP, which by itself would kill the process: it has the gateway read anew what may have been replaced. Where
 * the gateway was started at a terminal and that is gone, it ends it.
 */
export function takeHangUp(): HangUp {
  const hasTerminal = isatty(0)
  let gateway: HungUp | undefined
  let isAwaited = false
  const take = () => {
    isAwaited = !gateway
    // A terminal that has hung up is none any more.
    if (hasTerminal && !isatty(0)) gateway?.stop()
    else gateway?.reload()
  }
  process.on('SIGHUP', take)

  return {
    take,
    leadTo(ready) {
      gateway = ready
      if (isAwaited) take()
    },
  }
}
