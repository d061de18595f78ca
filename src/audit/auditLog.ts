import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../errors.ts'
import type { Destination } from './destination.ts'

/** A request, or whatever else has lines of its own. */
type Owner = object

export interface AuditLog {
  /** Takes a line, and sees to it that it is written soon. `isRequired`: whether its owner may not go on without. */
  readonly add: (owner: Owner, line: string, isRequired: boolean) => void
  /**
   * Resolves when the operating system has every line of an owner; undefined: it has.
   * Rejects with `UNAVAILABLE`, once, if it does not get one that is required.
   */
  readonly written: (owner: Owner) => Promise<void> | undefined
  /** How many lines could not be written, or not in time. */
  readonly failures: () => number
  /** Whether the last ones could not. */
  readonly isFailing: () => boolean
  /** Writes what is left, as far as that is possible soon, and lets go of the destination: what comes later is lost. */
  readonly close: () => Promise<void>
}

interface AuditLogParts {
  destination: Destination
  /** How long a write may take, in milliseconds: then nobody waits for it any more. */
  patience?: number
  /** How long to wait at the end for what is left to be written, in milliseconds. */
  lastPatience?: number
  /** Told why lines cannot be written, and how many could not so far. */
  report: (cause: unknown, failures: number) => void
}

interface Lines {
  /** How many are not written yet. */
  waiting: number
  isRefused: boolean
  /** Says whether one is lost that is required. */
  settled: PromiseWithResolvers<boolean> | null
}

interface Line {
  readonly text: string
  readonly isRequired: boolean
  /** Null once nobody waits for it. */
  lines: Lines | null
}

/** How long a line may wait that no answer waits for, in milliseconds: the lines of a request are written together. */
const soon = 5

/** How much may wait to be written, in characters. */
const mostWaiting = 8_388_608

/**
 * Writes lines in groups: one write at a time takes all that has come since the last one began. While a write stands
 * still, lines are kept as long as there is room, and written when it goes on.
 */
export function createAuditLog({
  destination,
  patience = 5_000,
  lastPatience = 2_000,
  report,
}: AuditLogParts): AuditLog {
  const linesOf = new WeakMap<Owner, Lines>()
  let queue: Line[] = []
  let queued = 0
  let underWay: readonly Line[] = []
  let writing: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null
  let isClosed = false
  let isStalled = false
  let isFailing = false
  let failures = 0
  const tooMuch = new Error('more lines wait to be written than there is room for')
  const tooLate = new Error('the log is closed')

  return {
    add(owner, text, isRequired) {
      const lines = ofOwner(owner)
      const line: Line = { text, isRequired, lines }
      lines.waiting += 1
      if (isClosed) {
        fail([line], tooLate)
        return
      }
      if (isStalled) lost([line])
      if (queued + text.length > mostWaiting) {
        fail([line], tooMuch)
        return
      }
      queue.push(line)
      queued += text.length
      if (writing === null) timer ??= setTimeout(begin, soon)
    },

    written(owner) {
      const lines = linesOf.get(owner)
      return lines && (lines.waiting > 0 || lines.isRefused) ? settled(lines) : undefined
    },

    failures: () => failures,
    isFailing: () => isFailing,

    async close() {
      if (queue.length > 0) begin()
      await Promise.race([writing, pause(lastPatience, undefined, { ref: false })])
      isClosed = true
      const left = [...underWay, ...queue]
      queue = []
      if (left.length > 0) fail(left, new Error(`${left.length} lines could not be written before the end`))
      destination.close()
    },
  }

  function ofOwner(owner: Owner): Lines {
    let lines = linesOf.get(owner)
    if (!lines) linesOf.set(owner, (lines = { waiting: 0, isRefused: false, settled: null }))
    return lines
  }

  /** With all that comes in this turn. */
  function begin(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    writing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(writeAll)
  }

  async function settled(lines: Lines): Promise<void> {
    begin()
    const isRefused =
      lines.waiting > 0 ? await (lines.settled ??= Promise.withResolvers()).promise : lines.isRefused
    lines.isRefused = false
    if (isRefused)
      throw new Failure('UNAVAILABLE', 'the audit log cannot be written, try again later', {
        isReported: true,
      })
  }

  async function writeAll(): Promise<void> {
    while (queue.length > 0) {
      const written = writeGroup(nextGroup())
      if (written) await written
    }
    writing = null
  }

  function nextGroup(): Line[] {
    let bytes = 0
    const beyond = queue.findIndex(({ text }) => (bytes += Buffer.byteLength(text)) > destination.mostBytes)
    const group = queue.slice(0, beyond < 0 ? queue.length : Math.max(1, beyond))
    queue = queue.slice(group.length)
    for (const { text } of group) queued -= text.length
    return group
  }

  function writeGroup(group: readonly Line[]): Promise<void> | undefined {
    const written = destination.write(group.map(({ text }) => text).join(''))
    if (written) return waitFor(written, group)
    isFailing = false
    settle(group, false)
  }

  async function waitFor(written: Promise<void>, group: readonly Line[]): Promise<void> {
    underWay = group
    const timer = setTimeout(() => {
      isStalled = true
      fail([...group, ...queue], new Error(`a write has not ended after ${patience} ms`))
    }, patience)
    try {
      await written
      isFailing = false
      settle(group, false)
    } catch (cause) {
      if (!isClosed) fail(group, cause)
    } finally {
      clearTimeout(timer)
      underWay = []
      isStalled = false
    }
  }

  function fail(group: readonly Line[], cause: unknown): void {
    lost(group)
    report(cause, failures)
  }

  function lost(group: readonly Line[]): void {
    isFailing = true
    for (const { lines } of group) failures += lines ? 1 : 0
    settle(group, true)
  }

  function settle(group: readonly Line[], isLost: boolean): void {
    for (const line of group) {
      const { lines, isRequired } = line
      if (!lines) continue
      line.lines = null
      lines.isRefused ||= isLost && isRequired
      lines.waiting -= 1
      if (lines.waiting > 0) continue
      lines.settled?.resolve(lines.isRefused)
      lines.settled = null
    }
  }
}
