import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Attempt } from '../../../src/authentication/attempt.ts'
import { createChain } from '../../../src/authentication/chain.ts'
import { createMappedSubject } from '../../../src/authentication/mappedSubject.ts'
import { createProve } from '../../../src/authentication/prove.ts'
import { createQueue } from '../../../src/authentication/queue.ts'
import {
  refused,
  refusedKnown,
  type Proof,
  type Realm,
  type Refusal,
} from '../../../src/authentication/realm.ts'
import { createThrottle } from '../../../src/authentication/throttle/throttle.ts'
import { failureOf } from '../../../src/errors.ts'
import { application, native } from '../../profile/activating.ts'
import { origin } from '../../support/attempts.ts'

const times = (count: number) => Array.from({ length: count }, (_, n) => n)
const pair = (username: string, password: string) => ({ kind: 'password', username, password }) as const

const grant: Attempt = { role: 'subject', caller: application }
const grantFrom: Attempt = {
  role: 'subject',
  caller: { ...application, origin: { ...origin, subjectAddress: '203.0.113.9' } },
}
const call: Attempt = { role: 'caller', origin }

/** Judges one at a time, as the realm of a server with one connection. Of each source one more waits. */
function busyRealm(answer: () => Proof | Refusal): Realm & { readonly go: () => void } {
  const { promise: going, resolve: go } = Promise.withResolvers<null>()
  const enqueue = createQueue({ running: 1, waiting: 4, full: 'full', report: () => undefined })
  return {
    go: () => go(null),
    authenticate: (_, source) =>
      enqueue(
        source,
        () => false,
        () => going.then(answer),
      ),
  }
}

function proofOf(username: string): Proof {
  const subject = { username, roles: [], fullName: null, email: null, metadata: {}, realm: native }
  return { kind: 'proven', subject, authenticationType: 'realm', basis: null, securityEpoch: 0 }
}

/** Knows the users of even numbers, by the password `right`. */
const quick: Realm = {
  authenticate(credentials) {
    if (credentials.kind !== 'password') return Promise.resolve(null)
    const { username, password } = credentials
    if (!/[02468]$/.test(username)) return Promise.resolve(refused)
    return Promise.resolve(password === 'right' ? proofOf(username) : refusedKnown)
  },
}

function gatewayOf(realms: readonly Realm[]) {
  const { throttle } = createThrottle({
    ...{ attempts: 8, attempts_per_address: 20, attempts_per_caller: 20, first_wait: 30_000 },
    ...{ longest_wait: 900_000, forget_after: 600_000 },
    ...{ shared: null, report: () => expect.unreachable(), clock: () => 1_800_000_000_000 },
  })
  const prove = createProve({
    ...{ chain: createChain(realms), throttle, securityEpoch: () => Promise.resolve(0) },
    mappedSubject: createMappedSubject(() => expect.unreachable()),
  })
  return (credentials: Parameters<typeof prove>[0], attempt: Attempt) =>
    prove(credentials, attempt).then(
      ({ kind }) => kind,
      (thrown: unknown) => failureOf(thrown).code,
    )
}

/** Has its places taken by tokens, which nobody counts. */
async function fill(prove: ReturnType<typeof gatewayOf>, attempt: Attempt) {
  const taking = times(3).map((n) =>
    prove({ kind: 'accessToken', token: `t${n}`, clientSecret: null }, attempt),
  )
  await setImmediate()
  return taking
}

describe('a realm that has no room for a password', () => {
  it.each([
    ['address of a caller', call, 20],
    ['application', grant, 20],
    // Two of its tokens are refused, too.
    ['address of a user', grantFrom, 18],
  ])(
    'has the %s pay for what another one has refused, known names and unknown ones alike',
    async (_, attempt, most) => {
      const busy = busyRealm(() => refused)
      const prove = gatewayOf([quick, busy])
      const taking = await fill(prove, attempt)
      const tried = times(40).map((n) => prove(pair(`user-${n}`, 'wrong'), attempt))
      await setImmediate()
      busy.go()
      await Promise.all(taking)
      const expected = times(40).map((n) => (n < most ? 'UNAVAILABLE' : 'TooManyAttempts'))
      expect(await Promise.all(tried)).toEqual(expected)
    },
  )

  it.each([
    ['a caller', call],
    ['an application', grant],
    ['a user at an address', grantFrom],
  ])('counts nothing of %s as nobody has judged, and has nobody behind it judge', async (_, attempt) => {
    const busy = busyRealm(() => proofOf('user-0'))
    const asked: string[] = []
    const behind: Realm = {
      authenticate(credentials) {
        if (credentials.kind !== 'password') return Promise.resolve(null)
        asked.push(credentials.password)
        return Promise.resolve(refused)
      },
    }
    const prove = gatewayOf([busy, behind])
    const taking = await fill(prove, attempt)
    for (const n of times(30)) expect(await prove(pair('user-0', `right ${n}`), attempt)).toBe('UNAVAILABLE')
    busy.go()
    await Promise.all(taking)
    expect(await prove(pair('user-0', 'right'), attempt)).toBe('proven')
    expect(asked).toEqual([])
  })
})
