import type { TooManyAttempts as Refusal } from '../authentication/throttle/tooManyAttempts.ts'
import { builder } from './builder.ts'
import { ErrorInterface } from './error.ts'

/** The answer to what is tried too often. */
export const TooManyAttempts = builder.objectRef<Refusal>('TooManyAttempts').implement({
  description: 'It was tried too often: nothing was looked at.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', {
      description: 'After how many seconds the next attempt may come, at least 1.',
    }),
  }),
})
