import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { Failure } from '../errors.ts'

/** Where a request comes from. */
export interface Origin {
  /** The address of the end user, as the request states it in `Subject-Address`, or null. */
  readonly subjectAddress: string | null
}

/** @throws `INVALID_INPUT` where the end user's address is stated and is none */
export function originOf({ 'subject-address': stated }: IncomingHttpHeaders): Origin {
  if (stated === undefined) return { subjectAddress: null }
  // What was sent twice, Node has joined to what is no address.
  const address = plainAddress([stated].flat().join(', ').trim())
  if (isIP(address) === 0) throw new Failure('INVALID_INPUT', '[Subject-Address] must be an IP address')
  return { subjectAddress: address }
}

/** An IPv4 address has one form, however it arrives. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').toLowerCase()
}
