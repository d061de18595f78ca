import type { GrantRejected as Rejected } from '../authentication/grantRejected.ts'
import { builder } from './builder.ts'
import { ErrorInterface } from './error.ts'

const GrantRejectedReason = builder.enumType('GrantRejectedReason', {
  description: 'Why a grant proves nobody.',
  values: {
    NOT_AUTHENTICATED: { description: 'No realm knows such a user with such credentials.' },
    TOKEN_EXPIRED: { description: 'The access token was ours, and is no longer valid.' },
    CLIENT_AUTHENTICATION_NOT_SUPPORTED: {
      description: 'This kind of token takes no client authentication.',
    },
    CLIENT_SECRET_EMPTY: { description: "The client's secret is empty." },
    NOT_A_USER: { description: 'The credentials are valid, but not those of a user.' },
  } as const,
})

/** The answer to a grant that proves nobody. */
export const GrantRejected = builder.objectRef<Rejected>('GrantRejected').implement({
  description:
    "The end user's credentials were not accepted. Of a JWT, `message` and `principal` repeat the claims that are text.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    reason: t.expose('reason', { type: GrantRejectedReason, description: 'What a login form branches on.' }),
    principal: t.exposeString('principal', {
      description: 'Whom the credentials named: the username, or what stands for a token.',
    }),
  }),
})
