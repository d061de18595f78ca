import type { AccessTokenCredentials, Grant } from '../authentication/credentials.ts'
import { builder } from './builder.ts'

/** A username and a password. */
export const PasswordGrantInput = builder.inputType('PasswordGrantInput', {
  description: "The end user's username and password.",
  fields: (t) => ({
    username: t.string({ description: 'The name under which a realm knows the user.' }),
    password: t.string({ description: "The user's password. Pass it as a variable, never as a literal." }),
  }),
})

const ClientAuthenticationScheme = builder.enumType('ClientAuthenticationScheme', {
  description: 'How the client that obtained an access token proves itself.',
  values: {
    SHARED_SECRET: { description: 'By a secret that it shares with the realm.' },
  } as const,
})

const ClientAuthenticationInput = builder.inputType('ClientAuthenticationInput', {
  description: 'What proves the client that obtained the access token, where its realm demands that.',
  fields: (t) => ({
    scheme: t.field({
      type: ClientAuthenticationScheme,
      defaultValue: 'SHARED_SECRET',
      description: 'The kind of proof.',
    }),
    value: t.string({ description: 'The secret itself.' }),
  }),
})

/** An access token, and what proves its client. */
export const AccessTokenGrantInput = builder.inputType('AccessTokenGrantInput', {
  description: 'An access token that was issued to the end user.',
  fields: (t) => ({
    token: t.string({ description: 'The token, without a scheme before it.' }),
    clientAuthentication: t.field({
      type: ClientAuthenticationInput,
      required: false,
      description: 'The proof of the client, if the realm of the token demands one.',
    }),
  }),
})

/** The end user's credentials. */
export const GrantInput = builder.inputType('GrantInput', {
  description: "The end user's credentials: exactly one of the two.",
  isOneOf: true,
  fields: (t) => ({
    password: t.field({
      type: PasswordGrantInput,
      required: false,
      description: 'A username and a password.',
    }),
    accessToken: t.field({ type: AccessTokenGrantInput, required: false, description: 'An access token.' }),
  }),
})

/** What came in, as the use case takes it. */
export function grantOf(input: typeof GrantInput.$inferInput): Grant {
  if (input.password) return { kind: 'password', ...input.password }
  return accessTokenGrantOf(input.accessToken)
}

export function accessTokenGrantOf(input: typeof AccessTokenGrantInput.$inferInput): AccessTokenCredentials {
  const { token, clientAuthentication } = input
  return { kind: 'accessToken', token, clientSecret: clientAuthentication?.value ?? null }
}
