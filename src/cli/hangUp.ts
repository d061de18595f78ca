import type { App } from '../app.ts'

export interface HangUp {
  /** Has the signal, and one that came before, go to the gateway. */
  leadTo(app: Pick<App, 'reload' | 'reloads'>): void
  /** Does what the signal does. */
  take(): void
}

/**
 * Takes SIGHUP, which by itself would end the process: it has the gateway read anew what may have been replaced. Where
 * there is nothing of that, it ends the process as ever: it says that its terminal is gone.
 */
export function takeHangUp(): HangUp {
  let read: (() => void) | undefined
  let isAwaited = false
  const take = () => {
    isAwaited = !read
    read?.()
  }
  process.on('SIGHUP', take)

  return {
    take,
    leadTo(app) {
      if (app.reloads) read = app.reload
      else process.off('SIGHUP', take)
      if (isAwaited) process.kill(process.pid, 'SIGHUP')
    },
  }
}
