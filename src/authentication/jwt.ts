type Json = Readonly<Record<string, unknown>>

/** The claims of a token that is a signed JWT in compact form, verified or not; null for any other. Source: spec 1.3. */
export function jwtClaims(token: string): Json | null {
  if (token.length > longestToken) return null
  const [header = '', payload = '', signature = '', ...more] = token.split('.')
  if (signature === '' || more.length > 0) return null
  const { alg } = objectIn(header) ?? {}
  return typeof alg === 'string' && alg.toLowerCase() !== 'none' ? objectIn(payload) : null
}

/** What stands for the subject of a JWT that proves nobody: its claims that are text. Source: spec 5.6. */
export function jwtPrincipal(claims: Json): string {
  const items = Object.keys(claims)
    .sort()
    .map((name) => [name, claims[name]] as const)
    .filter(([, value]) => [value].flat().every((item) => typeof item === 'string'))
    .map(([name, value]) => `'${name}:${[value].flat().join()}'`)
  return items.join(' ') || '<unrecognized JWT token>'
}

/** In characters. */
const longestToken = 16_384

function objectIn(part: string): Json | null {
  if (!/^[\w-]+$/.test(part)) return null
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null
  } catch {
    return null
  }
}
