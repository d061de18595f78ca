import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIssuer, now } from '../support/jwt.ts'
import { createJwtApp } from '../support/jwtApp.ts'
import { loginBackend, provision } from '../support/people.ts'
import { basic, elastic } from '../support/testApp.ts'

const issuer = createIssuer()
const stranger = createIssuer()

const { fetch, close, advance } = await createJwtApp({
  settings: `
throttle: { attempts_per_address: 4, attempts: 4 }
xpack.security.authc.realms.jwt.corp:
  order: 1
  allowed_issuer: ${issuer.url}
  allowed_audiences: [gateway]
  allowed_subject_patterns: ["j*"]
  pkc_jwkset_path: FOLDER/jwks.json
  claims.principal: sub
  claims.name: name
  client_authentication.type: none
`,
  files: { 'jwks.json': JSON.stringify(issuer.jwks) },
})
beforeAll(() => provision(fetch))
afterAll(close)

let addresses = 0
/** What comes of each of six attempts from an address of their own. */
async function sixTimes(send: (address: string) => Promise<number>): Promise<number[]> {
  const address = `203.0.113.${++addresses}`
  const answers: number[] = []
  for (let n = 0; n < 6; n++) answers.push(await send(address))
  return answers
}

const activated = (token: string) => async (address: string) => {
  const headers = {
    authorization: basic(loginBackend),
    'content-type': 'application/json',
    'subject-address': address,
  }
  const body = JSON.stringify({ grant_type: 'access_token', access_token: token })
  return (await fetch('/_security/profile/_activate', { method: 'POST', headers, body })).status
}

const explained = (token: string) => async (address: string) => {
  const headers = {
    authorization: basic(elastic),
    'content-type': 'application/json',
    'subject-address': address,
  }
  const query = 'mutation ($token: String!) { explainGrant(grant: { token: $token }) { __typename } }'
  const body = JSON.stringify({ query, variables: { token } })
  return (await fetch('/graphql', { method: 'POST', headers, body })).status
}

const counted = [401, 401, 401, 401, 429, 429]

describe('a token that is refused', () => {
  it.each([
    ['has expired', { exp: now - 3_600 }],
    ['is for others', { aud: 'another' }],
    ['is of an issuer that the realm does not know', { iss: 'https://another.example/' }],
    ['has a subject that may not', { sub: 'somebody' }],
    ['has a claim that cannot be read', { name: 7 }],
  ])('is no guess if it is signed: it %s', async (_, claims) => {
    const token = await issuer.issue(claims)
    expect(await sixTimes(activated(token))).toEqual([401, 401, 401, 401, 401, 401])
    expect(await sixTimes(explained(token))).toEqual([200, 200, 200, 200, 200, 200])
    const forged = await stranger.as('corp').issue({ iss: issuer.url, ...claims })
    expect(await sixTimes(activated(forged))).toEqual(counted)
    // Uses of it are counted, too, in a minute.
    await advance(60_000)
  })

  it.each([
    ['is signed by somebody else', () => stranger.issue({ iss: issuer.url })],
    ['is not signed', async () => `${(await issuer.issue()).split('.').slice(0, 2).join('.')}.`],
    ['is garbage', () => Promise.resolve('garbage')],
    // Such as one of our API keys has.
    [
      'is garbage with the shape of an API key',
      () => Promise.resolve(btoa(`${'A'.repeat(20)}:${'A'.repeat(43)}`)),
    ],
  ])('is one if it %s', async (_, issued) => {
    const token = await issued()
    expect(await sixTimes(activated(token))).toEqual(counted)
    expect(await sixTimes(explained(token))).toEqual([200, 200, 200, 200, 429, 429])
    await advance(60_000)
  })
})
