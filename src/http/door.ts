import type { IncomingHttpHeaders } from 'node:http'
import type { Failure } from '../errors.ts'

export interface DoorRequest {
  readonly method: string
  /** Path and query as they were sent. */
  readonly uri: string
  readonly path: string
  /** What stands behind the first `?`, or nothing. */
  readonly query: string
  readonly headers: IncomingHttpHeaders
  /** Names and values as they were sent, in turn. */
  readonly rawHeaders: readonly string[]
}

export interface DoorResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: string | Buffer
}

/** One way in. The host has learnt who the caller is before a door sees the body. */
export interface Door<Caller> {
  /** The largest body that it takes, in bytes. */
  readonly bodyLimit: number
  /** What anybody may have, caller or not; null for everything else. */
  open(request: DoorRequest): DoorResponse | null | Promise<DoorResponse | null>
  /** The request as messages name it: some queries carry what must not be repeated. */
  nameOf(request: DoorRequest): string
  /** Which of its routes a request takes: one of a closed list. Without it, the door has but one. */
  routeOf?(request: DoorRequest): string
  enter(request: DoorRequest, body: Uint8Array, caller: Caller): Promise<DoorResponse>
  /** How this door says that a request failed. */
  refuse(failure: Failure, request: DoorRequest): DoorResponse
}
