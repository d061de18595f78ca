import { createHash } from 'node:crypto'
import { isAgeBelow } from '../../age.ts'
import { JwksProblem, type Jwks } from './jwks.ts'
import type { JwksText, ReadJwks } from './jwksText.ts'
import type { Keys } from './keys.ts'
import { untilReload, untilRetry, type ReloadIntervals } from './reloadIntervals.ts'
import type { VerificationKey } from './verificationKey.ts'

export interface ReloadedKeysParts {
  read: ReadJwks
  parse: (text: string) => Jwks
  intervals: ReloadIntervals
  /** How long a read may take, in milliseconds: it is given up then. */
  timeout: number
  clock: () => number
  /** Called when other keys replace those before: what the old ones have proven counts no longer. */
  changed: () => void
  /** For the log. */
  report: (text: string, error?: unknown) => void
}

/** Between two reloads for the sake of tokens, in milliseconds. */
const cooldown = 10_000
const mostWaiting = 1_000

/** The keys of a source that may change at any time and be gone for a while: the last good ones are used until then. */
export function createReloadedKeys(parts: ReloadedKeysParts): Keys {
  const { read, parse, intervals, timeout, clock, changed, report } = parts
  let keys: readonly VerificationKey[] | null = null
  let hash = ''
  let problem = 'its keys are being loaded'
  let failures = 0
  let failingSince = 0
  const reported = new Set<string>()
  const remarked = { skipped: '', exposed: '' }
  let lastReload: number | null = null
  let readAt: number | null = null
  let waiting = 0
  let timer: NodeJS.Timeout | undefined
  let underWay: { promise: Promise<boolean>; controller: AbortController } | null = null
  let closed = false
  const firstLoad = load()

  return {
    current: () => keys,
    ready: () => firstLoad.then(() => undefined),
    async reload() {
      if (closed || waiting >= mostWaiting) return false
      if (!underWay) {
        if (isCooling()) return false
        lastReload = clock()
      }
      waiting += 1
      try {
        return await load()
      } finally {
        waiting -= 1
      }
    },
    refresh() {
      // What is being read may be what was there before.
      if (underWay) void underWay.promise.then(loadUnlessClosed)
      else loadUnlessClosed()
    },
    problem: () => (keys && !areStale() ? null : problem),
    readAt: () => readAt,
    close() {
      closed = true
      clearTimeout(timer)
      underWay?.controller.abort(new Error('the gateway is stopping'))
    },
  }

  /** Whether they could not be read for so long that withdrawn ones may well be among them, or nobody knows for how long. */
  function areStale(): boolean {
    return failures > 0 && !isAgeBelow(3 * intervals.max, clock() - failingSince)
  }

  /** A clock that was put back counts as one that went on. */
  function isCooling(): boolean {
    return isAgeBelow(cooldown, clock() - (lastReload ?? -Infinity))
  }

  /** One at a time, whoever wants it. */
  function load(): Promise<boolean> {
    if (underWay) return underWay.promise
    clearTimeout(timer)
    const controller = new AbortController()
    const promise = loaded(controller)
    underWay = { promise, controller }
    return promise
  }

  function loadUnlessClosed(): void {
    if (!closed) void load()
  }

  async function loaded(controller: AbortController): Promise<boolean> {
    let delay: number
    let isOther = false
    try {
      const { text, maxAge } = await readWithin(controller)
      isOther = take(text)
      delay = untilReload(intervals, maxAge, timeout)
      if (failures > 0) report('its keys can be read now')
      failures = 0
      readAt = clock()
      reported.clear()
    } catch (thrown) {
      if (failures === 0) failingSince = clock()
      failures += 1
      delay = untilRetry(failures, intervals)
      if (!closed) reportFailure(thrown)
    }
    underWay = null
    if (!closed && (intervals.enabled || !keys)) timer = setTimeout(() => void load(), delay).unref()
    return isOther
  }

  /** Whatever the source makes of the signal, it is waited for no longer. */
  async function readWithin(controller: AbortController): Promise<JwksText> {
    const { signal } = controller
    const late = new Error(`it is not read within ${timeout} ms`)
    const deadline = setTimeout(() => controller.abort(late), timeout).unref()
    try {
      return await Promise.race([read(signal), abortOf(signal)])
    } finally {
      clearTimeout(deadline)
    }
  }

  /**
   * Whether the text holds other keys than those before, which they have then replaced. A set without any that can be
   * used is no failure to answer: those before are withdrawn.
   */
  function take(text: string): boolean {
    const newHash = createHash('sha256').update(text).digest('base64')
    if (newHash === hash) return false
    const { keys: usable, skipped, exposed } = parse(text)
    remark('skipped', 'some of its keys are not used', skipped)
    remark('exposed', 'whoever reads it can sign tokens: private keys stand in it', exposed)
    const hasAny = usable.length > 0
    const hadAny = keys !== null
    keys = hasAny ? usable : null
    hash = hasAny ? newHash : ''
    if (hasAny || hadAny) changed()
    if (!hasAny) throw new JwksProblem('it holds no key that can be used')
    return true
  }

  function remark(kind: keyof typeof remarked, remark: string, about: readonly string[]): void {
    const text = about.join('; ')
    if (text !== '' && text !== remarked[kind]) report(`${remark}: ${text}`)
    remarked[kind] = text
  }

  function reportFailure(thrown: unknown): void {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    problem = `its keys cannot be read: ${reason}`
    if (reported.has(reason)) return
    reported.add(reason)
    const text = keys ? `${problem}; the last good ones stay in use` : problem
    if (isForeseen(thrown)) report(text)
    else report(text, thrown)
  }
}

/** What sources throw by themselves says all in its message. */
function isForeseen(thrown: unknown): boolean {
  return thrown instanceof Error && [Error, JwksProblem].some((one) => thrown.constructor === one)
}

/** Only rejects. */
function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })
}
