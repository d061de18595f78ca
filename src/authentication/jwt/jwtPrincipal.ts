import type { JsonObject } from '../../json.ts'
import { textsOf } from './jwt.ts'

/** What stands for the subject of a JWT that proves nobody: its claims that are text. Source: spec 5.6. */
export function jwtPrincipal(claims: JsonObject): string {
  const items = Object.keys(claims)
    .sort()
    .map((name) => [name, textsOf(claims[name])] as const)
    .filter(([, texts]) => texts !== null)
    .map(([name, texts]) => `'${name}:${texts?.join() ?? ''}'`)
  return items.join(' ') || '<unrecognized JWT token>'
}
