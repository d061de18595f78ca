import { errorAnswer, type Answer } from './answer.ts'
import { WireError } from './wireError.ts'

/** That credentials were tried too often, as a row asks for it. */
export interface ThrottledData {
  __typename: 'TooManyAttempts'
  message: string
  retryAfterSeconds: number
}

export const throttledFields = /* GraphQL */ `
  ... on TooManyAttempts {
    message
    retryAfterSeconds
  }
`

/** The answer to it. Elasticsearch has no throttle: the status is HTTP's own. Source: RFC 6585, section 4. */
export function throttled({ message, retryAfterSeconds }: ThrottledData): Answer {
  return errorAnswer(new WireError('security_exception', message, { status: 429, retryAfterSeconds }))
}

export function isThrottled(data: { readonly __typename: string }): data is ThrottledData {
  return data.__typename === 'TooManyAttempts'
}
