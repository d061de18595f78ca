import { describe, expect, it } from 'vitest'
import { deployments, startGateways, type Gateways } from '../../support/gateways.ts'
import { jacknich, loginBackend } from '../../support/people.ts'
import { basic, elastic, rest, type Credentials, type Fetch } from '../../support/testApp.ts'

const times = (count: number) => Array.from({ length: count }, (_, n) => n)

const called = async (fetch: Fetch, caller: Credentials) =>
  (await fetch('/_security/_authenticate', { headers: { authorization: basic(caller) } })).status

const activated = async (fetch: Fetch, grant: Credentials) => {
  const body = { grant_type: 'password', ...grant }
  return (await rest(fetch, 'POST', '/_security/profile/_activate', loginBackend, body)).status
}

type Send = typeof called

/** Sends to the gateways in turn, all at once, and says how often there was which status. */
async function sentAtOnce(gateways: Gateways, send: Send, sent: readonly Credentials[]) {
  const answers = await Promise.all(
    sent.map((who, n) => send(gateways[n % gateways.length] ?? gateways[0], who)),
  )
  const counts = new Map<number, number>()
  for (const status of answers) counts.set(status, (counts.get(status) ?? 0) + 1)
  return Object.fromEntries(counts)
}

// They start processes, and hash passwords.
const timeout = 120_000

describe.each(deployments)('passwords that are tried at once $name', (deployment) => {
  it('are judged eight times in all if they are wrong, of callers and of grants', { timeout }, async () => {
    const gateways = await startGateways(deployment)
    const guesses = times(300).map((n) => ({ ...jacknich, password: `wrong ${n}` }))
    for (const send of [called, activated]) {
      expect(await sentAtOnce(gateways, send, guesses)).toEqual({ 401: 8, 429: 292 })
      for (const fetch of gateways) expect(await send(fetch, jacknich)).toBe(429)
    }
  })

  it('all count if they are right, on a cold start, of one and of many', { timeout }, async () => {
    const gateways = await startGateways(deployment)
    const users = times(32).map((n) => ({ username: `user-${n}`, password: 'p@ssw0rd' }))
    await Promise.all(
      users.map(({ username, password }) =>
        rest(gateways[0], 'PUT', `/_security/user/${username}`, elastic, { password, roles: [] }),
      ),
    )
    for (const send of [called, activated]) {
      expect(
        await sentAtOnce(
          gateways,
          send,
          times(64).map(() => jacknich),
        ),
      ).toEqual({ 200: 64 })
      expect(await sentAtOnce(gateways, send, [...users, ...users])).toEqual({ 200: 64 })
    }
  })
})
