import { isIP } from 'node:net'
import type { Origin } from '../authentication/origin.ts'
import { pipeBytes } from './destination.ts'

/** What is known of an event, in the fields of ECS. Undefined is left out. Source: ECS 8.17. */
export interface AuditEvent {
  readonly event: {
    readonly category: readonly string[]
    readonly type: readonly string[]
    readonly action: string
    readonly outcome: 'success' | 'failure' | 'unknown'
    /** Why, where it failed: a code, never a text of somebody else. */
    readonly reason?: string | undefined
    /** Joins the two lines of a change. */
    readonly id?: string | undefined
  }
  /** Who acts, or logs in. */
  readonly user?: AuditUser | undefined
  /** What ECS has no field for. */
  readonly profile_gateway: Readonly<Record<string, unknown>>
}

export interface AuditUser {
  readonly name?: string | undefined
  /** Of a name that was typed: one that is none of a user's may be a password. */
  readonly hash?: string | undefined
  readonly roles?: readonly string[] | undefined
  /** Whom it is about. */
  readonly target?: { readonly name?: string | undefined; readonly roles?: readonly string[] } | undefined
}

/**
 * An event as one line of JSON, at a time in epoch milliseconds. It is bounded, whatever is in it. `from`: where it comes
 * from; with an end user's address only where whoever states that is believed.
 */
export function auditLine({ event, user, profile_gateway }: AuditEvent, from: Origin, now: number): string {
  const { requestId, address, subjectAddress, account } = from
  return lineOf({
    '@timestamp': new Date(now).toISOString(),
    ecs: { version: '8.17' },
    event: { kind: 'event', dataset: 'profile_gateway.audit', ...event },
    http: requestId === '' ? undefined : { request: { id: requestId } },
    source: sourceOf(address),
    client: subjectAddress ? { ip: subjectAddress } : undefined,
    process: account === undefined ? undefined : { user: { name: account } },
    user,
    profile_gateway,
  })
}

/** What is no address of a network has a field of its own. */
function sourceOf(address: string): object | undefined {
  if (address === '') return undefined
  return isIP(address) === 0 ? { address } : { ip: address }
}

/** To how many characters texts are cut, and to how many items lists, until a line stays in one piece in a pipe. */
const cuts = [
  [512, 50],
  [128, 10],
  [40, 2],
] as const

/** As JSON on one line, with what does not fit cut, and nothing in it that a terminal or a reader takes for more than text. */
export function lineOf(value: object): string {
  let text = escaped(JSON.stringify(value))
  for (const [characters, items] of cuts) {
    if (Buffer.byteLength(text) < pipeBytes) break
    text = escaped(JSON.stringify(value, cutTo(characters, items)))
  }
  return `${text}\n`
}

function cutTo(characters: number, items: number) {
  return (_: string, value: unknown): unknown => {
    if (typeof value === 'string' && value.length > characters) return `${value.slice(0, characters - 1)}…`
    return Array.isArray(value) && value.length > items
      ? [...(value as unknown[]).slice(0, items), '…']
      : value
  }
}

/** What JSON leaves as it is: DEL, the controls of C1, ends of lines, and what is not seen or turns the direction of text. */
const hidden = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

function escaped(json: string): string {
  // Of ASCII, JSON leaves DEL alone. To see that is far less work than to look for all of them.
  if (Buffer.byteLength(json) === json.length && !json.includes('\u007f')) return json
  return json.replace(hidden, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** What a request says of an end user's address counts only once it is known that its sender may say so. */
export function withoutStated(origin: Origin): Origin {
  return { ...origin, subjectAddress: null }
}
