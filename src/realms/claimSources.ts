import type { ClaimSource, JwtClaims } from '../authentication/jwt/jwtUser.ts'

/** Where a realm's settings say that it finds what in the claims. */
export function claimSourcesOf({ claims, claim_patterns: patterns }: ClaimSettings) {
  const source = (what: keyof Texts): ClaimSource | null => {
    const claim = claims[what]
    return claim === undefined ? null : { claim, pattern: patterns[what] ?? null }
  }
  return {
    principal: { claim: claims.principal, pattern: patterns.principal ?? null },
    name: source('name'),
    mail: source('mail'),
    groups: source('groups'),
    dn: source('dn'),
  } satisfies Partial<JwtClaims>
}

interface ClaimSettings {
  readonly claims: { readonly principal: string } & Texts
  readonly claim_patterns: Texts & { readonly principal?: string | undefined }
}

type Texts = Partial<Record<'name' | 'mail' | 'groups' | 'dn', string | undefined>>
