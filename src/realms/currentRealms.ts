import type { Settings } from '../config.ts'
import { agreementOf, requireAgreement } from './agreement.ts'
import { realmChanges } from './realmChanges.ts'
import { createRealms, type Realms, type RealmsParts } from './realms.ts'

/** The realms of now, and how others take their place while requests go on. */
export interface CurrentRealms {
  /** By which requests are answered that begin now. They are only ever replaced as a whole. */
  readonly now: () => Realms
  /** What this gateway has all others have alike. */
  readonly agreement: () => string
  /** Reads the settings again. Where they are not right, all stays as it is. While it goes on, it is done once more after. */
  readonly reload: () => void
  readonly close: () => Promise<void>
}

interface CurrentRealmsParts extends RealmsParts {
  /** @throws `CONFIGURATION` with everything that is wrong as its problems */
  read: () => Pick<Settings, 'realms' | 'domains'>
  /** On what the gateways of the database have agreed. */
  agreed: () => Promise<string>
  /** Has all agree on this; null: it is for others to do. */
  adopt: ((agreement: string) => Promise<unknown>) | null
  /** Has a change recorded, without which it is not made. */
  record: (changes: readonly string[], change: () => Promise<void>) => Promise<void>
  /** For how long a request may still be answered by realms that were replaced, in milliseconds. */
  longestAnswer: number
}

/** @throws `CONFIGURATION` if keys cannot be used that stand in the configuration */
export function createCurrentRealms(parts: CurrentRealmsParts): CurrentRealms {
  const { read, agreed, adopt, record, longestAnswer, logger } = parts
  let current = createRealms(parts)
  let agreement = agreementOf(parts.settings)
  let next: Realms | null = null
  let underWay: Promise<void> | null = null
  let isWanted = false
  let isClosed = false
  /** What closes those that were replaced, once no request can be under way with them. */
  const closing = new Map<NodeJS.Timeout, () => void>()

  return {
    now: () => current,
    agreement: () => agreement,
    reload() {
      isWanted = true
      underWay ??= reloadWhileWanted().finally(() => (underWay = null))
    },
    async close() {
      isClosed = true
      next?.closeBut(current)
      await underWay
      for (const [timer, close] of closing) {
        clearTimeout(timer)
        close()
      }
      current.close()
    },
  }

  function isOpen(): boolean {
    return !isClosed
  }

  async function reloadWhileWanted(): Promise<void> {
    while (isWanted && isOpen()) {
      isWanted = false
      try {
        await reload()
      } catch (err) {
        if (isOpen()) logger.error({ err }, 'the realms stay as they are')
      }
    }
  }

  async function reload(): Promise<void> {
    // 1  Is it right, and can realms be made of it?
    const settings = read()
    const made = (next = createRealms({ ...parts, settings }, current))
    try {
      const changes = realmChanges(current, made)
      await made.ready()

      // 2  May this gateway have other realms than the others?
      const own = agreementOf(settings)
      const theirs = await agreed()
      if (!adopt) requireAgreement(theirs, own)

      // 3  Then they take the place of those before, at once.
      const change = async () => {
        if (theirs !== own) await adopt?.(own)
        take(made, own)
      }
      await (changes.length > 0 ? record(changes, change) : change())
      made.refresh()
      logger.info(`realms: ${changes.length > 0 ? changes.join(', ') : 'nothing has changed'}`)
    } finally {
      if (current !== made) made.closeBut(current)
      next = null
    }
  }

  function take(made: Realms, own: string): void {
    if (!isOpen()) throw new Error('the gateway is stopping')
    const old = current
    current = made
    agreement = own
    const close = () => {
      closing.delete(timer)
      old.closeBut(made)
    }
    const timer = setTimeout(close, longestAnswer).unref()
    closing.set(timer, close)
  }
}
