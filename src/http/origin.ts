import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { Failure } from '../errors.ts'
import { plainAddress } from './peer.ts'

/** Where a request comes from. */
export interface Origin {
  /** Names the request in every log. */
  readonly requestId: string
  /** The network address of whoever sends it. */
  readonly address: string
  /** The address of the end user, as the request states it in `Subject-Address`, or null. */
  readonly subjectAddress: string | null
}

/** @throws `INVALID_INPUT` where the end user's address is stated and is none */
export function originOf(requestId: string, address: string, headers: IncomingHttpHeaders): Origin {
  return { requestId, address, subjectAddress: subjectAddressOf(headers) }
}

const notAnAddress =
  '[Subject-Address] must be an IP address: that of the end user, such as 203.0.113.7; ' +
  'leave the header out where it is not known'

function subjectAddressOf({ 'subject-address': stated }: IncomingHttpHeaders): string | null {
  if (stated === undefined) return null
  // What was sent twice, Node has joined to what is no address.
  const address = [stated].flat().join(', ').trim()
  // An empty one too: an application that fails to fill it in would go without what is counted by it, unseen.
  if (isIP(address) === 0) throw new Failure('INVALID_INPUT', notAnAddress)
  return plainAddress(address)
}
