/**
 * Knows every token that a server was sent so far. The function takes down more of them.
 *
 * @throws if one was there before, so that the server could remember it
 */
export function createSeenTokens(): (tokens: readonly string[]) => void {
  const seen = new Set<string>()
  return (tokens) => {
    const before = seen.size
    for (const token of tokens) seen.add(token)
    if (seen.size !== before + tokens.length) throw new Error('a token would be sent twice')
  }
}
