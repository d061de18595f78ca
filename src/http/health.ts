import { failureOf } from '../errors.ts'

/** How long the check may take before the answer is no, in milliseconds. */
const patience = 2_000

/** What a probe is answered. */
export interface Health {
  readonly status: 200 | 503
  readonly body: { readonly status: 'live' | 'ready' | 'degraded' | 'not ready'; readonly reason?: string }
}

/** That the process answers at all. */
export const live: Health = { status: 200, body: { status: 'live' } }

/**
 * Makes the check whether the gateway can do its work now, or all but a part of it, which makes it degraded: others
 * could do no more. However often it is asked, what it depends on is asked once at a time. `changed` is told when it can no
 * longer do its work, for which reason, and when it can again.
 */
export function createReadiness(
  check: () => Promise<void>,
  problems: () => readonly string[] = () => [],
  changed: (health: Health) => void = () => undefined,
): () => Promise<Health> {
  let underWay: Promise<Health> | undefined
  let last: string | undefined

  return async function ready() {
    underWay ??= checked().finally(() => (underWay = undefined))
    const health = await Promise.race([underWay, late()])
    const reason = health.status === 503 ? health.body.reason : undefined
    if (reason !== last) changed(health)
    last = reason
    return health
  }

  async function checked(): Promise<Health> {
    try {
      await check()
      const reason = problems().join('; ')
      return { status: 200, body: reason ? { status: 'degraded', reason } : { status: 'ready' } }
    } catch (thrown) {
      return notReady(failureOf(thrown).message)
    }
  }
}

/** For whoever still asks while the gateway stops. */
export const stopping = notReady('the gateway is stopping')

function notReady(reason: string): Health {
  return { status: 503, body: { status: 'not ready', reason } }
}

function late(): Promise<Health> {
  return new Promise((resolve) => {
    setTimeout(() => {
      resolve(notReady('the database does not answer in time'))
    }, patience).unref()
  })
}
