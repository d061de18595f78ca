import { isBearerToken, type Grant } from '../credentials.ts'

type Headers = Readonly<Record<string, string>>

/**
 * In characters, of all of them together. A server takes no more: Elasticsearch by default 16 KiB, with all other headers.
 */
const mostOfHeaders = 15_360

/**
 * The headers that carry credentials to a cluster. Null, if none can: they are not the cluster's, then.
 * Source: RFC 7617, section 2.
 */
export function clusterHeadersOf(credentials: Grant): Headers | null {
  const headers = credentials.kind === 'password' ? basicHeaders(credentials) : bearerHeaders(credentials)
  return headers && Object.values(headers).join('').length <= mostOfHeaders ? headers : null
}

function basicHeaders({ username, password }: Extract<Grant, { kind: 'password' }>): Headers | null {
  const pair = `${username}:${password}`
  // Anything else would come out as somebody else's at the other end.
  if (/[:\p{Cc}]/u.test(username) || !pair.isWellFormed()) return null
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

function bearerHeaders({ token, clientSecret }: Extract<Grant, { kind: 'accessToken' }>): Headers | null {
  if (!isBearerToken(token)) return null
  const authorization = `Bearer ${token}`
  if (clientSecret === null) return { authorization }
  if (!/^[!-~]([ -~]*[!-~])?$/.test(clientSecret)) return null
  return { authorization, 'es-client-authentication': `SharedSecret ${clientSecret}` }
}
