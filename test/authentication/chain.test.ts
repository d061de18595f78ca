import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createChain } from '../../src/authentication/chain.ts'
import type { Credentials, Grant } from '../../src/authentication/credentials.ts'
import { expired, refused, type Proof, type Realm } from '../../src/authentication/realm.ts'
import type { Subject } from '../../src/authentication/subject.ts'
import { Failure } from '../../src/errors.ts'
import { source } from '../support/attempts.ts'

const grant: Grant = { kind: 'password', username: 'jacknich', password: 'secret' }

function subjectOf(realm: string): Subject {
  const ref = { name: realm, type: 'native', domain: null }
  return { username: 'jacknich', roles: [], fullName: null, email: null, metadata: {}, realm: ref }
}

function proofBy(name: string): Proof {
  const subject = subjectOf(name)
  return { kind: 'proven', subject, basis: null, securityEpoch: 0, authenticationType: 'realm' }
}

const notMine: Realm = { authenticate: () => Promise.resolve(null) }
const refusing: Realm = { authenticate: () => Promise.resolve(refused) }
const proving: Realm = { authenticate: () => Promise.resolve(proofBy('proving')) }
const failure = new Error('its keys cannot be read')
const broken: Realm = { authenticate: () => Promise.reject(failure) }

describe('a chain of realms', () => {
  it('answers with the proof of the realm that proves the user', async () => {
    expect(await createChain([proving])(grant, source)).toMatchObject({
      kind: 'proven',
      subject: subjectOf('proving'),
    })
  })

  it('refuses where no realm is there, or nobody’s realm is it', async () => {
    expect(await createChain([])(grant, source)).toEqual(refused)
    expect(await createChain([notMine, notMine])(grant, source)).toEqual(refused)
  })

  it('hands each realm the grant as it came', async () => {
    const asked: Credentials[] = []
    const recording: Realm = {
      authenticate(given) {
        asked.push(given)
        return Promise.resolve(null)
      },
    }
    await createChain([recording, recording])(grant, source)
    expect(asked).toEqual([grant, grant])
    expect(asked[0]).toBe(grant)
  })

  it('keeps to itself why a realm has refused', async () => {
    for (const refusal of [refused, expired]) {
      const telling: Realm = { authenticate: () => Promise.resolve({ ...refusal, detail: 'why' }) }
      expect(await createChain([telling])(grant, source)).toEqual(refusal)
    }
  })

  it('asks no further realm once one has proven the user', async () => {
    const never = { authenticate: () => Promise.reject(new Error('was asked')) }
    expect(await createChain([proving, never])(grant, source)).toMatchObject({ kind: 'proven' })
  })

  it('answers with the first of two realms that would prove the user', async () => {
    const other = { authenticate: () => Promise.resolve(proofBy('other')) }
    expect(await createChain([notMine, other, proving])(grant, source)).toMatchObject({
      subject: subjectOf('other'),
    })
  })

  it('is proven by a later realm, whatever those before it have said', async () => {
    expect(await createChain([refusing, notMine, broken, proving])(grant, source)).toMatchObject({
      kind: 'proven',
    })
  })

  it('says that it cannot judge, rather than no, if a realm is broken and none proves the user', async () => {
    await expect(createChain([broken, notMine])(grant, source)).rejects.toBe(failure)
    for (const realms of [
      [broken, refusing],
      [refusing, broken],
    ])
      expect(await createChain(realms)(grant, source)).toEqual({ kind: 'doubtful', failure, isGuess: false })
  })

  it('asks nobody else once a realm has no room for a password, and calls it a guess if one has refused it', async () => {
    const noRoom = new Failure('UNAVAILABLE', 'full', { retryAfterSeconds: 1 })
    const full: Realm = { authenticate: () => Promise.reject(noRoom) }
    const never: Realm = { authenticate: () => expect.unreachable() }
    await expect(createChain([full, never])(grant, source)).rejects.toBe(noRoom)
    expect(await createChain([refusing, full, never])(grant, source)).toEqual({
      ...{ kind: 'doubtful', failure: noRoom, isGuess: true },
    })
    expect(await createChain([refusing, broken, full, never])(grant, source)).toEqual({
      ...{ kind: 'doubtful', failure, isGuess: false },
    })
  })

  it('asks everybody else for a token, and calls it no guess', async () => {
    const token: Grant = { kind: 'accessToken', token: 'any', clientSecret: null }
    const noRoom = new Failure('UNAVAILABLE', 'full', { retryAfterSeconds: 1 })
    const full: Realm = { authenticate: () => Promise.reject(noRoom) }
    expect(await createChain([full, proving])(token, source)).toMatchObject({ kind: 'proven' })
    expect(await createChain([full, refusing])(token, source)).toMatchObject({ isGuess: false })
  })

  it('passes on what a realm throws before it even returns a promise', async () => {
    const throwing: Realm = {
      authenticate() {
        throw failure
      },
    }
    await expect(createChain([throwing, notMine])(grant, source)).rejects.toBe(failure)
  })

  it('reports the same for any order of realms', async () => {
    const all = [notMine, refusing, refusing, broken, broken, proving]
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(all), async (realms) => {
        const outcome = await createChain(realms)(grant, source).then(
          ({ kind }) => kind,
          (error: unknown) => (error === failure ? 'broken' : 'else'),
        )
        const unproven = realms.includes(refusing) ? 'doubtful' : 'broken'
        const refused = realms.includes(broken) ? unproven : 'refused'
        const expected = realms.includes(proving) ? 'proven' : refused
        expect(outcome).toBe(expected)
      }),
    )
  })
})
