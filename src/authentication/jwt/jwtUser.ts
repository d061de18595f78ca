import type { JsonObject, JsonValue } from '../../json.ts'
import { regularExpression, type RegularExpression } from '../../regularExpression.ts'
import { createClaimOf, textsOf, type FallbackClaims } from './jwt.ts'

/** Whom a token's claims name, before anything is known of roles. */
export interface JwtUser {
  readonly username: string
  readonly fullName: string | null
  readonly email: string | null
  readonly dn: string | null
  readonly groups: readonly string[]
  readonly metadata: JsonObject
}

/** Where a realm finds something in the claims: a claim, of whose text a pattern takes its one group. */
export interface ClaimSource {
  readonly claim: string
  /** A regular expression, run in linear time. */
  readonly pattern: string | null
}

/** What a realm reads in claims, its token's or those that somebody says of it. Source: spec 5.1, 5.4. */
export interface JwtClaims {
  readonly principal: ClaimSource
  readonly name: ClaimSource | null
  readonly mail: ClaimSource | null
  readonly groups: ClaimSource | null
  readonly dn: ClaimSource | null
  readonly fallbackClaims: FallbackClaims
  readonly metadata: ClaimsMetadata
}

/** The metadata that claims make. */
export interface ClaimsMetadata {
  /** What there is whatever they say. */
  readonly fixed: JsonObject
  /** With what their names begin there; null: none of them is taken. */
  readonly prefix: string | null
  /** Whether they are those of a JWT: its times are left out, and its audience is a list. */
  readonly isOfJwt: boolean
}

/** In characters. */
const longestPrincipal = 1_024

/** Makes the function that reads a token's user; a text says why there is none. Source: spec 5.4. */
export function createReadUser({ fallbackClaims, metadata, ...sources }: JwtClaims) {
  const readers = {
    principal: createReadTexts(sources.principal, fallbackClaims),
    name: createReadTexts(sources.name, fallbackClaims),
    mail: createReadTexts(sources.mail, fallbackClaims),
    groups: createReadTexts(sources.groups, fallbackClaims),
    dn: createReadTexts(sources.dn, fallbackClaims),
  }

  return function readUser(claims: JsonObject): JwtUser | string {
    const read = Object.entries(readers).map(([what, texts]) => [what, texts(claims)] as const)
    const [wrong] = read.find(([, texts]) => texts === null) ?? []
    if (wrong !== undefined) return `the claim for [${wrong}] is not text`
    const said = Object.fromEntries(read) as Record<string, string[] | undefined>
    const { principal, name, mail, dn, groups = [] } = said
    const username = principal?.[0] ?? ''
    if (username.trim() === '' || username.length > longestPrincipal) return 'no principal'
    return {
      username,
      fullName: name?.[0] ?? null,
      email: mail?.[0] ?? null,
      dn: dn?.[0] ?? null,
      groups,
      metadata: metadataOf(claims, metadata),
    }
  }
}

/** Reads the texts of a claim: none where it lacks, null where it is anything else. */
function createReadTexts(source: ClaimSource | null, fallbackClaims: FallbackClaims) {
  const { claim, pattern } = source ?? { claim: '', pattern: null }
  const expression = pattern === null ? null : regularExpression(pattern)
  const claimOf = createClaimOf(fallbackClaims)

  return (claims: JsonObject): string[] | null => {
    const value = source && claimOf(claims, claim)
    if (value === null || value === undefined) return []
    const texts = textsOf(value)
    return expression ? (texts?.flatMap((text) => groupIn(expression, text)) ?? null) : texts
  }
}

function groupIn(expression: RegularExpression, text: string): string[] {
  const group = expression.firstGroup(text)
  return group ? [group] : []
}

/** The claims that are simple, or flat lists of what is simple. Source: JwtRealm, with what Nimbus makes of claims. */
function metadataOf(claims: JsonObject, { fixed, prefix, isOfJwt }: ClaimsMetadata): JsonObject {
  if (prefix === null) return fixed
  const simple = (value: JsonValue) => ['string', 'number', 'boolean'].includes(typeof value)
  const kept = Object.entries(claims).filter(
    ([name, value]) => [value].flat().every(simple) && !(isOfJwt && times.includes(name)),
  )
  const valueOf = (name: string, value: JsonValue) => (isOfJwt && name === 'aud' ? [value].flat() : value)
  return {
    ...fixed,
    ...Object.fromEntries(kept.map(([name, value]) => [prefix + name, valueOf(name, value)])),
  }
}

const times = ['exp', 'nbf', 'iat']
