// The token service: logins become access tokens, which can be refreshed and invalidated. It knows whom tokens are
// for and until when; it knows neither the wire, nor how tokens are stored.

import type { Authorize } from '../../authorization/authorize.ts'
import type { MappedSubject } from '../mappedSubject.ts'
import type { Prove } from '../prove.ts'
import { createInvalidate } from './invalidate.ts'
import { createIssue } from './issue.ts'
import { createRefresh, type TokenReuse } from './refresh.ts'
import type { Lifetimes, TokenRepository } from './tokenRepository.ts'
import type { RealmOf } from './tokenSubject.ts'

interface TokensParts {
  authorize: Authorize
  prove: Prove
  tokens: TokenRepository
  realmOf: RealmOf
  mappedSubject: MappedSubject
  /** For how long an access token is valid, in milliseconds. */
  timeout: number
  /** Whether a refresh token that is used again ends everything that came from its login. */
  revokeOnReuse: boolean
  /** Told what was ended so. */
  reportReuse: (reuse: TokenReuse) => void
}

/** Makes the use cases of the token service. */
export function createTokens({ timeout, ...parts }: TokensParts) {
  const lifetimes: Lifetimes = { access: timeout, refresh: day, remembered: day }
  return {
    create: createIssue({ ...parts, lifetimes }),
    refresh: createRefresh({ ...parts, lifetimes }),
    invalidate: createInvalidate(parts),
  }
}

export type Tokens = ReturnType<typeof createTokens>

const day = 86_400_000
