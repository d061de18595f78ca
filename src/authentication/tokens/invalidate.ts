import type { Authorize } from '../../authorization/authorize.ts'
import { refuseProblems } from '../../errors.ts'
import type { Caller } from '../subject.ts'
import { hashOf } from './opaqueToken.ts'
import type { ActiveTokens, TokenRepository, TokenSelection } from './tokenRepository.ts'

const action = 'cluster:admin/xpack/security/token/invalidate'

/** What somebody wants to be invalid: one token, or all of a user, a realm, or both. */
export interface Invalidation {
  readonly accessToken: string | null
  readonly refreshToken: string | null
  readonly username: string | null
  readonly realmName: string | null
}

/** How many tokens were ended, and how many of those that were asked for had been before. */
export interface Invalidated {
  readonly invalidated: number
  readonly previouslyInvalidated: number
}

type Invalidating = Pick<TokenRepository, 'find' | 'active' | 'invalidate' | 'invalidateActive'>

interface InvalidateParts {
  authorize: Authorize
  tokens: Invalidating
}

/** Makes the use case: tokens end before their time. An access token and its refresh token end each for itself. */
export function createInvalidate({ authorize, tokens }: InvalidateParts) {
  return async function invalidate(caller: Caller, asked: Invalidation): Promise<Invalidated> {
    refuseProblems(invalidationProblems(asked))
    await authorize(caller, action)
    const [username, realmName] = [named(asked.username), named(asked.realmName)]
    if (username !== null || realmName !== null) return invalidateAll(tokens, { username, realmName })
    return asked.accessToken
      ? invalidateOne('access', asked.accessToken)
      : invalidateOne('refresh', asked.refreshToken ?? '')
  }

  async function invalidateOne(kind: 'access' | 'refresh', token: string): Promise<Invalidated> {
    const tokenHash = hashOf(token)
    const pair = await tokens.find(kind === 'access' ? { accessHash: tokenHash } : { refreshHash: tokenHash })
    if (!pair) return { invalidated: 0, previouslyInvalidated: 0 }
    const isNew = pair.stands && (await tokens.invalidate(kind, pair.accessHash))
    return isNew ? { invalidated: 1, previouslyInvalidated: 0 } : { invalidated: 0, previouslyInvalidated: 1 }
  }
}

/**
 * Invalidates what is selected and there when it begins, whatever the clock says. It is done again until there is nothing:
 * what a refreshing that was under way has stored meanwhile is found then, and what was invalidated is not refreshed any
 * more. Logins that begin meanwhile do not make it go on.
 */
export async function invalidateAll(
  tokens: Pick<Invalidating, 'active' | 'invalidateActive'>,
  selection: TokenSelection,
): Promise<Invalidated> {
  const counts = { invalidated: 0, previouslyInvalidated: 0 }
  for (let until: number | null = null; ;) {
    const found: ActiveTokens = await tokens.active(selection, until)
    if (found.valid === 0) return counts
    until ??= found.newestLogin
    if (!(await tokens.invalidateActive(selection, until))) continue
    counts.invalidated += found.valid
    counts.previouslyInvalidated += found.invalidated
  }
}

/** What contradicts itself, in Elasticsearch's order; nothing but white space is no name. Source: spec 4.3. */
function invalidationProblems({ accessToken, refreshToken, ...asked }: Invalidation): string[] {
  if (accessToken && refreshToken) return ['only one of [token, refresh_token] may be sent per request']
  const token = [accessToken, refreshToken].some(Boolean)
  if (named(asked.username) === null && named(asked.realmName) === null) {
    return token ? [] : ['token string must be provided when not specifying a realm name or a username']
  }
  if (!token) return []
  return ['token string', 'token type'].map(
    (what) => `${what} must not be provided when realm name or username is specified`,
  )
}

function named(name: string | null): string | null {
  return name?.trim() ? name : null
}
