import type { Invalidated } from '../authentication/tokens/invalidate.ts'
import type { Token as TokenModel, TokenGrant } from '../authentication/tokens/issue.ts'
import type { RefreshRejected as Rejected } from '../authentication/tokens/refresh.ts'
import { refuseProblems } from '../errors.ts'
import { builder } from './builder.ts'
import { ErrorInterface } from './error.ts'
import { PasswordGrantInput } from './grant.ts'
import { GrantRejected } from './grantRejected.ts'
import { TooManyAttempts } from './tooManyAttempts.ts'
import { Viewer } from './viewer.ts'

const Token = builder.objectRef<TokenModel>('Token').implement({
  description: 'Tokens of the gateway itself. They are shown here, and never again.',
  fields: (t) => ({
    accessToken: t.exposeString('accessToken', {
      description: 'Proves the user: as `Authorization: Bearer`, and as a grant.',
    }),
    expiresIn: t.exposeInt('expiresIn', {
      description: 'For how long the access token is valid, in seconds.',
    }),
    refreshToken: t.exposeString('refreshToken', {
      nullable: true,
      description:
        'Gives new tokens, once, to the same caller. The access token of before stays valid. There is none for client credentials.',
    }),
    authentication: t.expose('authentication', {
      type: Viewer,
      description: 'Whom the tokens are for, and how that was proven.',
    }),
  }),
})

const TokenGrantInput = builder.inputType('TokenGrantInput', {
  description: 'For whom tokens are: exactly one of the two.',
  isOneOf: true,
  fields: (t) => ({
    password: t.field({
      type: PasswordGrantInput,
      required: false,
      description: 'For a user who logs in.',
    }),
    clientCredentials: t.boolean({ required: false, description: 'True: for the caller itself.' }),
  }),
})

const RefreshRejected = builder.objectRef<Rejected>('RefreshRejected').implement({
  description:
    'The refresh token gives nothing: it is used up, over or invalid, and the user has to log in again; or another caller got it.',
  interfaces: [ErrorInterface],
})

const TokenSelectionInput = builder.inputType('TokenSelectionInput', {
  description:
    'Which tokens: one by itself, or all of a user, of a realm, or of a user of a realm. A token goes with neither.',
  fields: (t) => ({
    accessToken: t.string({ required: false, description: 'This access token, but not its refresh token.' }),
    refreshToken: t.string({ required: false, description: 'This refresh token, but not its access token.' }),
    username: t.string({ required: false, description: 'The name of the user.' }),
    realmName: t.string({ required: false, description: 'The realm that proved the user.' }),
  }),
})

const TokensInvalidated = builder
  .objectRef<Invalidated & { __typename: 'TokensInvalidated' }>('TokensInvalidated')
  .implement({
    description: 'None of the tokens is valid any more. An access token and its refresh token count as two.',
    fields: (t) => ({
      invalidated: t.exposeInt('invalidated', { description: 'How many were valid, or expired, before.' }),
      previouslyInvalidated: t.exposeInt('previouslyInvalidated', {
        description: 'How many had been invalidated before.',
      }),
    }),
  })

const CreateTokenResult = builder.unionType('CreateTokenResult', {
  description: 'The tokens, or why there are none.',
  types: [Token, GrantRejected, TooManyAttempts],
  resolveType: ({ kind }) => kind,
})
const RefreshTokenResult = builder.unionType('RefreshTokenResult', {
  description: 'New tokens, or why there are none.',
  types: [Token, RefreshRejected],
  resolveType: ({ kind }) => kind,
})
const InvalidateTokensResult = builder.unionType('InvalidateTokensResult', {
  description: 'How many tokens there were.',
  types: [TokensInvalidated],
})

builder.mutationFields((t) => ({
  createToken: t.field({
    type: CreateTokenResult,
    description: 'Issues tokens to a user who logs in, or to the caller itself. Needs `manage_token`.',
    extensions: { takesCredential: true },
    args: { grant: t.arg({ type: TokenGrantInput, description: 'For whom they are.' }) },
    resolve: (_, { grant }, { caller, useCases }) => useCases.tokens.create(caller, tokenGrantOf(grant)),
  }),
  refreshToken: t.field({
    type: RefreshTokenResult,
    description:
      'Issues new tokens for a refresh token, which counts once. Used again within 30 seconds it gives the same new ' +
      'ones; used again later it gives none, and everything that came from its login ends. Needs `manage_token`.',
    extensions: { takesCredential: true },
    args: { refreshToken: t.arg.string({ description: 'The refresh token.' }) },
    resolve: (_, { refreshToken }, { caller, useCases }) => useCases.tokens.refresh(caller, refreshToken),
  }),
  invalidateTokens: t.field({
    type: InvalidateTokensResult,
    description: 'Ends tokens before their time. Needs `manage_token`.',
    extensions: { takesCredential: true },
    args: { which: t.arg({ type: TokenSelectionInput, description: 'Which tokens.' }) },
    resolve: async (_, { which }, { caller, useCases }) => ({
      __typename: 'TokensInvalidated' as const,
      ...(await useCases.tokens.invalidate(caller, {
        accessToken: which.accessToken ?? null,
        refreshToken: which.refreshToken ?? null,
        username: which.username ?? null,
        realmName: which.realmName ?? null,
      })),
    }),
  }),
}))

function tokenGrantOf(input: typeof TokenGrantInput.$inferInput): TokenGrant {
  if (input.password) return { kind: 'password', ...input.password }
  if (!input.clientCredentials) refuseProblems(['[clientCredentials] must be true'])
  return { kind: 'clientCredentials' }
}
