import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIssuer, partsOf, syntheticPrincipal } from '../support/jwt.ts'
import { createJwtApp } from '../support/jwtApp.ts'
import { malformedAt, places, type Place, type Said } from '../support/jwtPlaces.ts'
import { jacknich, jacknichUser, provision } from '../support/people.ts'
import { elastic, overSocket, rest } from '../support/testApp.ts'
import type { Attack, Attacker } from './attacks/attack.ts'
import { claims } from './attacks/claims.ts'
import { encodings } from './attacks/encodings.ts'
import { keys, publishedBeside } from './attacks/keys.ts'
import { headers } from './attacks/headers.ts'
import { attackedRealms } from './attacks/realms.ts'
import { signatures } from './attacks/signatures.ts'
import { times } from './attacks/times.ts'

const issuer = createIssuer()

const asked: (string | undefined)[] = []
const server = createServer(({ url }, response) => {
  asked.push(url)
  response.end(JSON.stringify(attacker.jwks))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo
const attacker: Attacker = { ...createIssuer(), jwksUrl: `http://127.0.0.1:${port}/jwks.json` }

const app = await createJwtApp({
  settings: attackedRealms,
  environment: { ISSUER_SECRET: issuer.secret },
  files: { 'jwks.json': JSON.stringify({ keys: [...issuer.jwks.keys, ...publishedBeside(issuer)] }) },
})
beforeAll(async () => {
  await provision(app.fetch)
  await rest(app.fetch, 'PUT', '/_security/user/left', elastic, { ...jacknichUser, enabled: false })
})
afterAll(async () => {
  server.close()
  await app.close()
})

describe.each([
  ['its signature', signatures],
  ['its key', keys],
  ['its header', headers],
  ['its form', encodings],
  ['its claims', claims],
  ['its times', times],
])('a token that cheats with %s is refused at every place:', (_, attacks) => {
  it.each(attacks)('$name', async ({ kind, token: tokenBy }) => {
    const token = tokenBy(issuer, attacker)
    const signature = partsOf(token)[2]
    if (signature.length > 20) app.conceal(signature)
    const shown = placesFor(token)
    const said = await Promise.all(shown.map((place) => place.show(app, token)))
    expect(said).toEqual(shown.map((place) => refusalOf(place, kind, token)))
  })

  it('each by a name of its own', () => {
    const names = attacks.map(({ name }) => name)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })
})

/** Only what HTTP can carry gets into a header: its fields hold no line ends, and nothing beyond Latin-1. */
function placesFor(token: string): readonly Place[] {
  return places.filter(({ isCaller }) => !isCaller || /^[\t\x20-\x7e\x80-\xff]*$/.test(token))
}

function refusalOf(place: Place, kind: Attack['kind'], token: string): Said {
  if (place.isCaller && !/^[A-Za-z0-9._~+/-]+=*$/.test(token)) return malformedAt(place)
  return place.refusal(kind === 'jwt' ? syntheticPrincipal(token) : '_bearer_token')
}

describe('a token that is larger than a request may be', () => {
  const large = `${issuer.craft()}${'A'.repeat(2_000_000)}`

  it('is refused at REST as any that is none, where there is room for it', async () => {
    const [atRest] = places
    expect(await atRest?.show(app, large)).toEqual(atRest?.refusal('_bearer_token'))
    expect(await atRest?.show(app, 'A'.repeat(21_000_000))).toMatchObject({ status: 413 })
  })

  it('is refused at GraphQL as any request of that size', async () => {
    expect(await places[1]?.show(app, large)).toMatchObject({
      status: 413,
      body: { errors: [{ extensions: { code: 'TOO_LARGE' } }] },
    })
  })

  it('is refused in a header as any header of that size', async () => {
    const fetch = overSocket(await app.app.listen())
    for (const path of ['/_security/_authenticate', '/graphql']) {
      const response = await fetch(path, { headers: { authorization: `Bearer ${'A'.repeat(16_385)}` } })
      expect(response.status).toBe(400)
    }
  })
})

describe('a token that is refused', () => {
  it('has asked for nothing at the address that it names', () => {
    expect(asked).toEqual([])
  })

  it('has left no profile and no user', async () => {
    const users = await rest(app.fetch, 'GET', '/_security/user', elastic)
    expect(Object.keys(users.body as object).sort()).toEqual([
      'elastic',
      'jacknich',
      'left',
      'login-backend',
      'nobody',
    ])
    expect(await app.run('SELECT username FROM profiles')).toEqual([])
  })

  it('is in no answer and in no line of the log, and neither is a secret', () => {
    app.expectSilence()
  })

  it('has made nothing fail on our side', () => {
    const serious = app
      .logs()
      .split('\n')
      .filter((line) => /"level":[56]0/.test(line))
    expect(serious).toEqual([])
  })

  it('has not kept those out that are good', async () => {
    const token = issuer.craft()
    for (const place of places) {
      const said = await place.show(app, token)
      expect(place.userIn(said)).toEqual({ username: jacknich.username, realm: 'web' })
    }
  })
})
