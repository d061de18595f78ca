import { z } from 'zod'
import { isLoopback } from './keySource.ts'
import { listOf } from './value.ts'

export const cors = z
  .strictObject({
    allowed_origins: listOf(z.unknown().transform(origin).meta({ type: 'string' }), 'a list of origins')
      .default([])
      .describe(
        'The origins whose pages may send GraphQL requests, each as browsers write it: `https://app.example.com`.',
      ),
  })
  .prefault({})
  .describe('What pages of other origins may do at `/graphql`.')

function origin(given: unknown, context: z.RefinementCtx): string {
  const text = typeof given === 'string' ? given : ''
  const { protocol, origin } = URL.parse(text) ?? {}
  // A URL may hold an asterisk, and here it would look as if it stood for something.
  if (!['http:', 'https:'].includes(protocol ?? '') || origin !== text || text.includes('*')) {
    context.addIssue('expected an origin as browsers write it, such as https://app.example.com')
  } else if (protocol === 'http:' && !isLoopback(text) && !isLocalhost(text)) {
    context.addIssue(
      'an origin with http can be changed on its way: expected https, except for this very machine',
    )
  }
  return text
}

/** A name that browsers never look up: it is their own machine. */
function isLocalhost(origin: string): boolean {
  return /^http:\/\/localhost(:\d+)?$/.test(origin)
}
